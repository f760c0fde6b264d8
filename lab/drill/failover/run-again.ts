/**
 * After these a person runs it again under its id, as the runbook says: a consumer left its group only when its session had
 * ended; a checkpoint task that Connect has given up moved groups, before or after their positions were read back; a broker
 * of a busy machine did not answer in time.
 */
const AGAIN: ReadonlySet<string> = new Set([
  'PLACEMENT_REFUSED',
  'POSITIONS_MOVED',
  'PLACEMENT_INCOMPLETE',
  'REQUEST_TIMED_OUT',
  'CONNECTION_TIMED_OUT',
]);

/** Whether a run stopped, and only because of what has passed when it is run again. */
export function isRunAgain(faults: readonly { readonly code: string }[]): boolean {
  return faults.length > 0 && faults.every(({ code }) => AGAIN.has(code));
}
