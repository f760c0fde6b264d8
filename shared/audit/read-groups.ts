import type { CommittedOffset, GroupListing } from '../domain/cluster-data.ts';
import type { FlowObservation, ObservedGroup, ObservedTargetGroup } from '../domain/observation.ts';
import { PartitionMap } from '../domain/partition-map.ts';
import { type Outcome, read, type Unread } from '../domain/unread.ts';
import type { ClusterReader } from '../ports.ts';
import type { NamedTopic } from './mirrored-topics.ts';

/** Connect workers and share groups have no position that MM2 translates. */
export function isConsumerGroup(group: GroupListing): boolean {
  return group.protocolType !== 'connect' && group.type !== 'share';
}

/** Groups of one cluster by name; brokers that did not answer go to `failed`. */
export async function listGroups(
  reader: ClusterReader,
  wanted: (group: GroupListing) => boolean,
  failed: Unread[],
): Promise<GroupListing[]> {
  const { groups, unread: missing } = await reader.groups();
  for (const outcome of missing) if (outcome.kind === 'unread') failed.push(outcome.unread);
  return groups.filter(wanted).sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** What the target knows of the source's groups. */
export async function readTargetGroups(
  reader: ClusterReader,
  names: ReadonlySet<string>,
  failed: Unread[],
): Promise<Map<string, ObservedTargetGroup>> {
  const groups = await listGroups(reader, ({ group }) => names.has(group), failed);
  const commits = await reader.commits(groups.map(({ group }) => group));
  return new Map(
    groups.map((listing) => {
      const outcome = commits.get(listing.group);
      return [
        listing.group,
        { listing, committed: outcome === undefined ? read(byPartition([])) : mapOutcome(outcome, byPartition) },
      ];
    }),
  );
}

function byPartition(commits: readonly CommittedOffset[]): PartitionMap<bigint> {
  const map = new PartitionMap<bigint>();
  for (const { topic, partition, offset } of commits) map.set(topic, partition, offset);
  return map;
}

/** The groups' commits on mirrored topics. */
export async function readGroups(
  reader: ClusterReader,
  listings: readonly GroupListing[],
  mirrored: ReadonlySet<string>,
  now: () => number,
): Promise<ObservedGroup[]> {
  const commits = await reader.commits(listings.map(({ group }) => group));
  const checkedAt = now();
  return listings.map((listing) => {
    const outcome = commits.get(listing.group) ?? read([]);
    return {
      listing,
      checkedAt,
      committed: mapOutcome(outcome, (all) => all.filter(({ topic }) => mirrored.has(topic))),
    };
  });
}

/** A dead source's last word on its groups: what MM2 last translated of them, as old as it is. */
export function groupsFromCheckpoints(
  checkpoints: FlowObservation['checkpoints'],
  topics: readonly NamedTopic[],
  names: readonly string[],
): ObservedGroup[] {
  if (checkpoints.kind !== 'read') return [];
  const byName = checkpoints.value.byGroup;
  return names.map((group) => {
    let checkedAt = 0;
    const committed: CommittedOffset[] = [];
    for (const { topic, targetTopic, partitions } of topics) {
      for (let partition = 0; partition < partitions; partition++) {
        const checkpoint = byName.get(group)?.get(targetTopic, partition);
        if (checkpoint === undefined) continue;
        committed.push({ topic, partition, offset: checkpoint.upstream });
        checkedAt = Math.max(checkedAt, Number(checkpoint.timestamp));
      }
    }
    return {
      listing: { group, state: 'Unknown', type: 'unknown', protocolType: '' },
      committed: read(committed),
      checkedAt,
    };
  });
}

function mapOutcome<T, U>(outcome: Outcome<T>, map: (value: T) => U): Outcome<U> {
  return outcome.kind === 'read' ? read(map(outcome.value)) : outcome;
}
