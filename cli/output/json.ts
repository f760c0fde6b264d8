/** JSON text of what a command prints: a `bigint` (an offset, a count of records) is a decimal string. */
export function json(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}
