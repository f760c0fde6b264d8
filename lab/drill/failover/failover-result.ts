/** What one group processed, on both sides, and what the plan said of it. */
export interface GroupOutcome {
  readonly group: string;
  /** Records that it processed on the source, and on the target. */
  readonly before: number;
  readonly after: number;
  /** Records of the target that it processed on neither side. */
  readonly skipped: number;
  /** Records that it processed on both sides, and the most that the plan allows. */
  readonly reread: number;
  readonly planned: bigint;
  /** Records that it had processed and not committed when its position was read: the plan cannot know of them. */
  readonly uncommitted: number;
}

export interface RunResult {
  readonly name: string;
  readonly groups: readonly GroupOutcome[];
  /** Records of the source that are not on the target: as Tidemark says, and as they were counted. */
  readonly lossSaid: bigint | null;
  readonly lossCounted: number;
  /** Seconds from the approval to the first record that a consumer processed on the target, and to the run's end. */
  readonly firstRecordSeconds: number | null;
  readonly tookSeconds: number;
  /** The step that took longest, for people. */
  readonly slowest: string;
}

export function overPlan({ reread, planned, uncommitted }: GroupOutcome): number {
  return Math.max(0, reread - Number(planned) - uncommitted);
}

/** A loss that Tidemark does not state counts as wrong by all of it, and by one at least. */
export function lossMiscounted({ lossSaid, lossCounted }: RunResult): number {
  if (lossSaid === null) return Math.max(1, lossCounted);
  return Math.abs(Number(lossSaid) - lossCounted);
}

export function resultLine(result: RunResult): string {
  const { name, groups, lossSaid, lossCounted, firstRecordSeconds, tookSeconds } = result;
  const reread = sum(groups, (one) => one.reread);
  const planned = groups.reduce((total, one) => total + one.planned, 0n);
  const parts = [
    `${groups.length} groups processed ${sum(groups, (one) => one.before)} records before and ${sum(groups, (one) => one.after)} after`,
    `skipped ${sum(groups, (one) => one.skipped)}`,
    `re-read ${reread} of at most ${planned}, and ${sum(groups, (one) => one.uncommitted)} that were not committed`,
    `lost ${lossSaid ?? 'unknown'}, counted ${lossCounted}`,
    `first record after ${firstRecordSeconds?.toFixed(1) ?? '?'} s, done after ${tookSeconds.toFixed(1)} s, longest ${result.slowest}`,
  ];
  return `  ${name}: ${parts.join(' · ')}\n`;
}

/** The last line of the drill. */
export function tallyLine(results: readonly RunResult[]): string {
  const groups = results.flatMap((result) => result.groups);
  const rto = Math.max(0, ...results.map(({ firstRecordSeconds, tookSeconds }) => firstRecordSeconds ?? tookSeconds));
  return (
    `FAILOVER runs=${results.length} skipped=${sum(groups, ({ skipped }) => skipped)} ` +
    `reread_over_plan=${sum(groups, overPlan)} loss_miscounted=${sum(results, lossMiscounted)} rto_s_max=${rto.toFixed(1)}\n`
  );
}

export function isClean(results: readonly RunResult[]): boolean {
  const groups = results.flatMap((result) => result.groups);
  return (
    results.length > 0 &&
    groups.every((one) => one.skipped === 0 && overPlan(one) === 0) &&
    results.every((one) => lossMiscounted(one) === 0)
  );
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
