/** The item with the highest measure, for a finding about several items; null if there are none. */
export function worstOf<T>(items: readonly T[], measure: (item: T) => bigint): T | null {
  let worst: T | null = null;
  let most = 0n;
  for (const item of items) {
    const amount = measure(item);
    if (worst !== null && amount <= most) continue;
    worst = item;
    most = amount;
  }
  return worst;
}

/** The items with a measure above 0: their total, their number, and the worst of them. */
export function sumOf<T>(
  items: readonly T[],
  measure: (item: T) => bigint,
): { readonly records: bigint; readonly partitions: number; readonly worst: T } | null {
  let [records, most, partitions] = [0n, 0n, 0];
  let worst: T | null = null;
  for (const item of items) {
    const amount = measure(item);
    if (amount <= 0n) continue;
    records += amount;
    partitions++;
    if (amount <= most) continue;
    worst = item;
    most = amount;
  }
  return worst === null ? null : { records, partitions, worst };
}
