import type { Unread } from '../domain/unread.ts';

/** One line for each cause: a dead broker takes hundreds of partitions with it. */
export function collapseUnread(all: readonly Unread[]): Unread[] {
  const causes = new Map<string, { first: Unread; count: number }>();
  for (const one of all) {
    const key = `${one.cluster}\n${one.error}\n${one.message}`;
    const cause = causes.get(key);
    if (cause === undefined) causes.set(key, { first: one, count: 1 });
    else cause.count++;
  }
  return [...causes.values()].map(({ first, count }) =>
    count === 1 ? first : { ...first, what: `${first.what} and ${count - 1} more` },
  );
}
