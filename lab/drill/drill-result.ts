/** What a real consumer made of one group's restored position on one partition. */
export interface RestoredPosition {
  readonly onto: 'source' | 'target';
  readonly group: string;
  readonly partition: string;
  /** The group's commit on the source as of the restore's time. */
  readonly committed: bigint;
  readonly to: bigint;
  readonly proof: string;
  /** Records that it had not read as of then and did not get. */
  readonly skipped: number;
  /** Records that it had read as of then and got again, and how many the plan allowed for. */
  readonly reread: number;
  readonly planned: bigint;
  /** What it would have got again at MM2's own position; null where MM2 has none, or none is asked for. */
  readonly mm2Reread: bigint | null;
}

export interface DrillTally {
  readonly stories: number;
  readonly skipped: number;
  readonly rereadOverPlan: number;
  readonly mm2Reread: bigint;
}

export function tallyOf(stories: readonly (readonly RestoredPosition[])[]): DrillTally {
  const all = stories.flat();
  return {
    stories: stories.length,
    skipped: sum(all, ({ skipped }) => skipped),
    rereadOverPlan: sum(all, overPlan),
    mm2Reread: all.reduce((total, { mm2Reread }) => total + (mm2Reread ?? 0n), 0n),
  };
}

export function overPlan({ reread, planned }: RestoredPosition): number {
  return Math.max(0, reread - Number(planned));
}

/** A line for each group and side: proof levels, what was read, and MM2 beside it where it has positions. */
export function resultLines(positions: readonly RestoredPosition[]): string[] {
  const lines = new Map<string, RestoredPosition[]>();
  for (const position of positions) {
    const key = `${position.group} on the ${position.onto}`;
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [position]);
    else line.push(position);
  }
  return [...lines].map(([key, of]) => {
    const proofs = [...new Set(of.map(({ proof }) => proof))].join(', ');
    const beside = of.some(({ onto }) => onto === 'target') ? ` (${mm2Text(of)})` : '';
    return (
      `  ${key}: ${of.length} positions, ${proofs} · skipped ${sum(of, (p) => p.skipped)} · ` +
      `re-read ${sum(of, (p) => p.reread)} of at most ${of.reduce((t, p) => t + p.planned, 0n)}${beside}`
    );
  });
}

function mm2Text(positions: readonly RestoredPosition[]): string {
  const known = positions.flatMap(({ mm2Reread }) => mm2Reread ?? []);
  const reread = `MM2 ${known.reduce((total, records) => total + records, 0n)}`;
  const without = positions.length - known.length;
  if (without === 0) return reread;
  return known.length === 0 ? 'MM2 has no position' : `${reread}, and none on ${without}`;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
