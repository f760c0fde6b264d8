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
  const amounts = new Map(items.map((item) => [item, measure(item)]));
  const found = items.filter((item) => (amounts.get(item) ?? 0n) > 0n);
  const worst = worstOf(found, (item) => amounts.get(item) ?? 0n);
  if (worst === null) return null;
  const records = found.reduce((sum, item) => sum + (amounts.get(item) ?? 0n), 0n);
  return { records, partitions: found.length, worst };
}
