/** Every id that a consumer group has processed, on each side, in order. */
export class Processed {
  readonly source: string[] = [];
  readonly target: string[] = [];
  /** When it processed the first record on the target: ms since the epoch. */
  firstOnTarget: number | null = null;

  add(side: 'source' | 'target', ids: readonly string[], at: number): void {
    this[side].push(...ids);
    if (side === 'target') this.firstOnTarget ??= at;
  }
}
