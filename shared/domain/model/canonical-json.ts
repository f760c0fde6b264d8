/** A value that JSON text gives back unchanged. Offsets and counts of records are decimal strings in it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Whether a value is JSON through and through. A name such as `__proto__` is a key like others. */
export function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.every(isJson) : Object.values(value).every(isJson);
}

/**
 * Canonical JSON, the same text for equal values: sorted keys, no whitespace, bigints as decimal strings, no
 * `undefined`.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return inner.toString();
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const keys = Object.keys(inner);
    // There can be 100,000 objects of one shape: do not copy those whose keys are already sorted.
    if (keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
