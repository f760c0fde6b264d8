/** One partition of a scenario. */
export interface ReconciledPartition {
  readonly scenario: string;
  /** Such as `orders-0`. */
  readonly partition: string;
  readonly lost: number;
  readonly found: number;
  /** Listed and not lost, not there after the replay, or still listed after it. */
  readonly wrong: number;
  readonly twice: number;
  /** Of a replay that was killed: records that it had written. */
  readonly writtenBeforeKill: number;
}

export function resultTable(results: readonly ReconciledPartition[]): string {
  const head = ['scenario', 'partition', 'lost', 'found', 'wrong', 'twice', 'before the kill'];
  const rows = results.map((one) =>
    [one.scenario, one.partition, one.lost, one.found, one.wrong, one.twice, one.writtenBeforeKill].map(String),
  );
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return [head, ...rows].map((row) => `${line(row)}\n`).join('');
}

export function tallyOf(results: readonly ReconciledPartition[]) {
  const tally = { lost: 0, found: 0, wrong: 0, twice: 0 };
  for (const { lost, found, wrong, twice } of results) {
    tally.lost += lost;
    tally.found += found;
    tally.wrong += wrong;
    tally.twice += twice;
  }
  return tally;
}

export function tallyLine(results: readonly ReconciledPartition[]): string {
  const { lost, found, wrong, twice } = tallyOf(results);
  return `RECONCILE lost=${lost} found=${found} wrong=${wrong} replayed_twice=${twice}\n`;
}

/** Whether all of it is as it must be. Nothing lost means that nothing was tried. */
export function isClean(results: readonly ReconciledPartition[]): boolean {
  const { lost, found, wrong, twice } = tallyOf(results);
  return lost > 0 && found === lost && wrong === 0 && twice === 0 && results.some((one) => one.writtenBeforeKill > 0);
}
