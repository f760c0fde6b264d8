import type { ObservedGroup } from '../judge/observation.ts';
import type { Commit } from '../model/cluster.ts';
import { PartitionMap } from '../model/partition-map.ts';

/**
 * The newest commits that are known of groups: what the source says now, or its last word on a group that nobody can read,
 * which may be a checkpoint that MM2 wrote after the last audit. Where there is none, those of the history hold.
 * @param topic which source topics
 */
export function newestCommits(
  history: ReadonlyMap<string, PartitionMap<Commit>>,
  observed: readonly ObservedGroup[],
  topic: (name: string) => boolean,
): ReadonlyMap<string, PartitionMap<Commit>> {
  const seen = new Map(observed.map((group) => [group.listing.group, group]));
  return new Map(
    [...history].map(([group, before]) => {
      const { committed, lastKnown } = seen.get(group) ?? {};
      const now = committed?.kind === 'read' ? committed.value : (lastKnown?.committed ?? []);
      const newest = new PartitionMap<Commit>();
      for (const [name, partition, commit] of before.entries()) newest.set(name, partition, commit);
      for (const { topic: name, partition, ...commit } of now) if (topic(name)) newest.set(name, partition, commit);
      return [group, newest];
    }),
  );
}

/** The commits that the source told when it was observed, in order, and no others: none of a group that it did not tell. */
export function presentCommits(
  groups: readonly string[],
  observed: readonly ObservedGroup[],
  topic: (name: string) => boolean,
): ReadonlyMap<string, PartitionMap<Commit>> {
  const seen = new Map(observed.map((group) => [group.listing.group, group]));
  return new Map(
    [...groups].sort().map((group) => {
      const { committed } = seen.get(group) ?? {};
      const present = new PartitionMap<Commit>();
      const told = committed?.kind === 'read' ? [...committed.value] : [];
      told.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition));
      for (const { topic: name, partition, ...commit } of told) if (topic(name)) present.set(name, partition, commit);
      return [group, present];
    }),
  );
}
