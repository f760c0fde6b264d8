/** What Math.min, Math.max and subtraction are for numbers, for offsets and counts, which are bigints. */

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** For sorting, smallest first. */
export function compareOffsets(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
