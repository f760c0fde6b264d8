/** A count of which only bounds are known, as a message has it: `5`, `up to 5`, `at least 2 and up to 5`. */
export function between(atLeast: bigint, atMost: bigint): string {
  if (atLeast >= atMost) return `${atMost}`;
  return atLeast <= 0n ? `up to ${atMost}` : `at least ${atLeast} and up to ${atMost}`;
}
