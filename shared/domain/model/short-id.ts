/** Fewer characters are more likely a slip than an id. */
const LEAST_WRITTEN = 4;
/** Enough to stay the only one for a while. */
const LEAST_PRINTED = 6;

/**
 * Of ids such as `20261121T100000Z-3f9a2c1b` those that a person can mean: the one that was written, or all that begin
 * with it. Their last part counts as a beginning, too, for it tells ids of one day apart in few characters.
 */
export function idsMeant(written: string, ids: readonly string[]): readonly string[] {
  if (ids.includes(written)) return [written];
  if (written.length < LEAST_WRITTEN) return [];
  return ids.filter((id) => id.startsWith(written) || lastPart(id).startsWith(written));
}

/** The shortest text that means this id, and no other one of them. */
export function shortId(id: string, ids: readonly string[]): string {
  const tail = lastPart(id);
  for (let length = LEAST_PRINTED; length <= tail.length; length++) {
    const short = tail.slice(0, length);
    const meant = idsMeant(short, ids);
    if (meant.length === 1 && meant[0] === id) return short;
  }
  return id;
}

function lastPart(id: string): string {
  return id.slice(id.lastIndexOf('-') + 1);
}
