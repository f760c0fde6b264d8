/** A test of names for what `--group` and `--topic` take: exact names, or globs with `*` and `?`. */
export function matcher(patterns: readonly string[] | undefined): ((name: string) => boolean) | null {
  if (patterns === undefined || patterns.length === 0) return null;
  const compiled = patterns.map((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return { pattern, regex: new RegExp(`^${source}$`, 's') };
  });
  // A name that has a star in it is still found by writing it out.
  return (name) => compiled.some(({ pattern, regex }) => name === pattern || regex.test(name));
}
