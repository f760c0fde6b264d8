import { counted } from '../../model/figures.ts';

/**
 * A count of which only bounds are known, as a message has it: `5 records`, `up to 5 records`, `at least 2 and up to 5 records`.
 * @param one null if the message has the word itself: `5`
 */
export function between(atLeast: bigint, atMost: bigint, one: string | null): string {
  const most = one === null ? atMost.toString() : counted(atMost, one);
  if (atLeast >= atMost) return most;
  return atLeast <= 0n ? `up to ${most}` : `at least ${atLeast} and up to ${most}`;
}
