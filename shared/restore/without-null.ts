/** The object without one of its fields where that is null: the contracts of restore leave out what there is nothing to say of. */
export function withoutNull<T extends object, K extends keyof T>(one: T, key: K): T | Omit<T, K> {
  if (one[key] !== null) return one;
  const { [key]: _, ...rest } = one;
  return rest;
}
