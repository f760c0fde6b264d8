import type { GroupOutcome } from './failover-result.ts';

/** Where a record is on the source. */
export interface Place {
  readonly partition: string;
  readonly offset: bigint;
}

export interface Reading {
  readonly group: string;
  /** Ids of records in the order in which they were processed on the source, and on the target. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What the group had committed last on the source, by `topic-partition`. */
  readonly commits: ReadonlyMap<string, bigint>;
  /** The newest of its commits that a plan could know of; absent if that is the last one. */
  readonly known?: ReadonlyMap<string, bigint> | undefined;
  /** The most re-reads of its plan. */
  readonly planned: bigint;
}

/** Counts what one group got twice and never, record by record. A record without an id was not written by the drill. */
export function countGroup(
  { group, before, after, commits, known = commits, planned }: Reading,
  onTarget: ReadonlySet<string>,
  places: ReadonlyMap<string, Place>,
): GroupOutcome {
  const [ids, read] = [before.filter((id) => id !== ''), after.filter((id) => id !== '')];
  const [had, got] = [new Set(ids), new Set(read)];
  const isBehind = (of: ReadonlyMap<string, bigint>, id: string): boolean => {
    const place = places.get(id);
    return place !== undefined && place.offset >= (of.get(place.partition) ?? 0n);
  };
  // Each copy counts: a record that was read twice on the target was read again twice.
  const twice = read.filter((id) => had.has(id));
  return {
    group,
    before: had.size,
    after: got.size,
    repeated: ids.length - had.size + (read.length - got.size),
    skipped: [...onTarget].filter((id) => id !== '' && !had.has(id) && !got.has(id)).length,
    reread: twice.length,
    planned,
    uncommitted: twice.filter((id) => isBehind(commits, id)).length,
    unknown: twice.filter((id) => isBehind(known, id) && !isBehind(commits, id)).length,
  };
}

/**
 * Records of the source that are not on the target, copy by copy: a producer that gave up a batch has the next ones sent
 * again under a new epoch, and the log may have them twice.
 */
export function countLostRecords(onSource: readonly string[], onTarget: readonly string[]): number {
  const left = new Map<string, number>();
  for (const id of onTarget) left.set(id, (left.get(id) ?? 0) + 1);
  let lost = 0;
  for (const id of onSource) {
    const copies = left.get(id) ?? 0;
    if (id !== '' && copies === 0) lost++;
    left.set(id, Math.max(0, copies - 1));
  }
  return lost;
}

/** Ids of the source that are not on the target. */
export function countLost(onSource: Iterable<string>, onTarget: ReadonlySet<string>): number {
  return [...onSource].filter((id) => id !== '' && !onTarget.has(id)).length;
}
