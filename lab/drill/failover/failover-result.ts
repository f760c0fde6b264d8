/** What one group processed, on both sides, and what the plan said of it. */
export interface GroupOutcome {
  readonly group: string;
  /** Different records that it processed on the source, and on the target. */
  readonly before: number;
  readonly after: number;
  /** Copies of records that it had already processed on the same side. */
  readonly repeated: number;
  /** Records of the target that it processed on neither side. */
  readonly skipped: number;
  /** Records that it processed on both sides, and the most that the plan allows. */
  readonly reread: number;
  readonly planned: bigint;
  /** Of `reread`: records that it had processed, and never committed on the source. The plan cannot know of them. */
  readonly uncommitted: number;
  /** Of `reread`: records that it committed after the newest commit that a plan could know of. The source was lost with them. */
  readonly unknown: number;
}

/** When one kind of client was on the target. */
export interface ClientResult {
  /** What it is, and how it gets there, such as `kafkajs, restarted`. */
  readonly kind: string;
  /** Seconds from the approval until the last of its clients had a first record there; null if one of them had none. */
  readonly seconds: number | null;
}

export interface RunResult {
  readonly name: string;
  readonly groups: readonly GroupOutcome[];
  /** Records of the source that are not on the target: as Tidemark says, and as they were counted. */
  readonly lossSaid: bigint | null;
  readonly lossCounted: number;
  /** Records that a producer wrote to the source a second time, under the same id. */
  readonly twiceOnSource: number;
  readonly clients: readonly ClientResult[];
  /** Seconds that the run assessed again before it recorded the approval. */
  readonly assessedAgainSeconds: number;
  /** Seconds from the approval to the run's end. */
  readonly tookSeconds: number;
  /** What took long, for people. */
  readonly longSteps: string;
}

export function overPlan({ reread, planned, uncommitted, unknown }: GroupOutcome): number {
  return Math.max(0, reread - Number(planned) - uncommitted - unknown);
}

/** What groups read again, in words. */
export function rereadText(groups: readonly GroupOutcome[]): string {
  const planned = groups.reduce((total, one) => total + one.planned, 0n);
  return (
    `re-read ${sum(groups, (one) => one.reread)} of at most ${planned}, ` +
    `${sum(groups, (one) => one.uncommitted)} that were not committed and ` +
    `${sum(groups, (one) => one.unknown)} whose commits only the source had`
  );
}

/** A loss that Tidemark does not state counts as wrong by all of it, and by one at least. */
export function lossMiscounted({ lossSaid, lossCounted }: RunResult): number {
  if (lossSaid === null) return Math.max(1, lossCounted);
  return Math.abs(Number(lossSaid) - lossCounted);
}

export function resultLine(result: RunResult): string {
  const { name, groups, lossSaid, lossCounted, twiceOnSource, clients, tookSeconds } = result;
  const parts = [
    `${groups.length} groups processed ${sum(groups, (one) => one.before)} records before and ${sum(groups, (one) => one.after)} after`,
    `${sum(groups, (one) => one.repeated)} twice on one side`,
    `skipped ${sum(groups, (one) => one.skipped)}`,
    rereadText(groups),
    `lost ${lossSaid ?? 'unknown'}, counted ${lossCounted}`,
    ...(twiceOnSource === 0 ? [] : [`${twiceOnSource} records twice in the source's logs`]),
    ...clients.map(({ kind, seconds }) => `${kind}: on the target after ${seconds?.toFixed(1) ?? '?'} s`),
    `assessed again for ${result.assessedAgainSeconds.toFixed(1)} s, then approved`,
    `done after ${tookSeconds.toFixed(1)} s, of which ${result.longSteps}`,
  ];
  const wrong = groups
    .filter((one) => one.skipped > 0 || overPlan(one) > 0)
    .map(
      (one) => `    ${one.group}: skipped ${one.skipped}, re-read ${overPlan(one)} over its plan of ${one.planned}\n`,
    );
  return `  ${name}: ${parts.join(' · ')}\n${wrong.join('')}`;
}

/** The last line of the drill. */
export function tallyLine(results: readonly RunResult[]): string {
  const groups = results.flatMap((result) => result.groups);
  const rto = Math.max(0, ...results.map(slowestClient));
  return (
    `FAILOVER runs=${results.length} skipped=${sum(groups, ({ skipped }) => skipped)} ` +
    `reread_over_plan=${sum(groups, overPlan)} loss_miscounted=${sum(results, lossMiscounted)} rto_s_max=${rto.toFixed(1)}\n`
  );
}

/** Of each kind of client: in how many runs it was there, and how long it took. */
export function clientTable(results: readonly RunResult[]): string {
  const all = results.flatMap(({ name, clients }) => clients.map((client) => ({ ...client, name })));
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  const rows = kinds.map((kind) => {
    const runs = all.filter((one) => one.kind === kind);
    const seconds = runs.flatMap((one) => one.seconds ?? []);
    const slowest = runs.toSorted((a, b) => (b.seconds ?? Infinity) - (a.seconds ?? Infinity))[0];
    const range = [Math.min(...seconds), Math.max(...seconds)].map((one) => one.toFixed(1)).join('-');
    const came = seconds.length === 0 ? 'never' : `${range} s`;
    return [kind, `${seconds.length} of ${runs.length}`, came, slowest?.name ?? ''];
  });
  const lines = [['client', 'runs', 'on the target after', 'slowest in'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map(
      (cells) =>
        `${cells
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A client that was never on the target took the whole run, at least. */
function slowestClient({ clients, tookSeconds }: RunResult): number {
  return Math.max(0, ...clients.map(({ seconds }) => seconds ?? tookSeconds));
}

export function isClean(results: readonly RunResult[]): boolean {
  const groups = results.flatMap((result) => result.groups);
  return (
    results.length > 0 &&
    groups.every((one) => one.skipped === 0 && overPlan(one) === 0) &&
    results.every((one) => lossMiscounted(one) === 0 && one.clients.every(({ seconds }) => seconds !== null))
  );
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
