/** What Math.min, Math.max and subtraction are for numbers, for offsets and counts, which are bigints. */

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Their sum, without a new bigint if one of them is 0: of hundreds of thousands of sums in an audit, most are like that. */
export function sum(a: bigint, b: bigint): bigint {
  if (b === 0n) return a;
  return a === 0n ? b : a + b;
}

/** For sorting, smallest first. */
export function compareOffsets(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
