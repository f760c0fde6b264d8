/** What the query of a page asks for. */
export interface Asked {
  /** `A->B`; null for the worst one. */
  readonly flow: string | null;
  /** A group's name, or a glob; null for all. */
  readonly group: string | null;
  /** A partition whose mapping is shown, such as `orders-0`; null for none. */
  readonly partition: string | null;
  /** As it was written: a time, or how long ago; null for the present. */
  readonly asOf: string | null;
}

export function askedOf(query: URLSearchParams): Asked {
  const value = (name: string): string | null => query.get(name) || null;
  return { flow: value('flow'), group: value('group'), partition: value('partition'), asOf: value('as-of') };
}

/** The page's own address with this query. */
export function linkTo({ flow, group, partition, asOf }: Asked): string {
  const given = Object.entries({ flow, group, partition, 'as-of': asOf }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const query = new URLSearchParams(given).toString();
  return query === '' ? '/' : `/?${query}`;
}
