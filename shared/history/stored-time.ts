/** The last millisecond that a calendar has (ECMAScript, Time Values): a store that was tampered with may name later ones. */
export const LAST_TIME = 8.64e15;

/** A time as the store has it; null if it is not a time. */
export function storedTime(ms: number | null | undefined): number | null {
  return ms != null && ms >= 0 && ms <= LAST_TIME ? ms : null;
}
