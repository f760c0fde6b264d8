/** What a real consumer read from one group's restored position on one partition. */
export interface RestoredPosition {
  readonly onto: 'source' | 'target';
  readonly group: string;
  readonly partition: string;
  /** The group's commit on the source as of the restore's time. */
  readonly committed: bigint;
  readonly to: bigint;
  readonly proof: string;
  /** Records that the group had not consumed at that time and did not get. */
  readonly skipped: number;
  /** Records that the group had consumed at that time and got again, and the plan's bound. */
  readonly reread: number;
  readonly planned: bigint;
  /** Records that it would have re-read from MM2's own position; null if MM2 has none, or none is needed. */
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

/** One line per group and side: proof levels, records read, and the same for MM2's positions. */
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
