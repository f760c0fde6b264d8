/**
 * JSON of which there is one for each value: keys in order, no blanks, bigints as decimal strings, nothing for
 * `undefined`.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString();
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const keys = Object.keys(inner);
    // A hundred thousand objects of one shape: those in order already need no copy.
    if (keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
