/**
 * By how much our clock is ahead of MM2's, as far as looks at MM2's newest write have shown it. All values in ms;
 * negative if ours is behind. A write that came between two looks shows both a lower and an upper bound.
 */
export interface ClockLooks {
  /** When the last look began, by our clock. */
  readonly at: number;
  /** When the newest write that it found was made, by MM2's clock. */
  readonly newest: number;
  /** It is ahead by at least and at most this much; `least` is −∞ until a write has come between two looks. */
  readonly least: number;
  readonly most: number;
}

/**
 * Adds a look. Where it contradicts the earlier ones a clock was set, or MM2 runs elsewhere: then it alone counts.
 * @param before the looks until now; null if there were none
 * @param look when it began and ended, by our clock, and when the newest write was made, by MM2's
 */
export function withLook(
  before: ClockLooks | null,
  { began, ended, newest }: { readonly began: number; readonly ended: number; readonly newest: number },
): ClockLooks {
  // It had not arrived when the look before it began, and had when this one ended.
  const least = before !== null && newest > before.newest ? before.at - newest : Number.NEGATIVE_INFINITY;
  const look = { at: began, newest, least, most: ended - newest };
  if (before === null) return look;
  const both = { ...look, least: Math.max(before.least, least), most: Math.min(before.most, look.most) };
  return both.least > both.most ? look : both;
}

/** How far our clock is ahead of MM2's, ms. As long as nothing proves that they differ, they agree: 0. */
export function clockAhead(looks: ClockLooks | null): number {
  if (looks === null) return 0;
  return Math.min(Math.max(0, looks.least), looks.most);
}
