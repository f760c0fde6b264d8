import { groupReadAt, isReplaced, isWithoutSync, type KnownFlow } from '../domain/history/known-flow.ts';
import type {
  FlowObservation,
  LastKnownCommits,
  ObservedGroup,
  ObservedTargetGroup,
} from '../domain/judge/observation.ts';
import type { Commit, CommittedOffset, GroupListing } from '../domain/model/cluster.ts';
import { counted } from '../domain/model/figures.ts';
import { mapOutcome, type Outcome, read, type Unread } from '../domain/model/outcome.ts';
import { offsetsByPartition, type PartitionMap } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';
import type { LiveSide } from './connect-side.ts';
import type { NamedTopic } from './mirrored-topics.ts';

/** Connect workers and share groups have no position that MM2 translates. */
export function isConsumerGroup(group: GroupListing): boolean {
  return group.protocolType !== 'connect' && group.type !== 'share';
}

/** Where Kafka keeps groups: the leader of a group's partition coordinates the group, and only it lists the group. */
const GROUPS_TOPIC = '__consumer_offsets';

/** Groups of one cluster by name; brokers that did not answer, and groups that nobody coordinates, go to `failed`. */
export async function listGroups(
  { reader, metadata }: LiveSide,
  wanted: (group: GroupListing) => boolean,
  failed: Unread[],
): Promise<GroupListing[]> {
  const { groups, unread: missing } = await reader.groups();
  const leaders = metadata.topics.get(GROUPS_TOPIC)?.leaders ?? [];
  const without = leaders.filter((leader) => leader === null).length;
  if (without > 0) {
    failed.push({
      what: 'groups without a coordinator',
      cluster: reader.alias,
      error: 'COORDINATOR_NOT_AVAILABLE',
      message: `${without} of ${counted(leaders.length, 'partition')} of ${GROUPS_TOPIC} ${without === 1 ? 'has' : 'have'} no leader: no broker lists their groups`,
      retriable: true,
    });
  }
  for (const outcome of missing) if (outcome.kind === 'unread') failed.push(outcome.unread);
  return groups.filter(wanted).sort((a, b) => (a.group < b.group ? -1 : 1));
}

/**
 * Listed groups, and those that the history knows and that no broker lists. A group may be gone, or its coordinator may
 * be dead: reading its commits tells.
 */
export function withUnlisted(listed: readonly GroupListing[], known: Iterable<string>): GroupListing[] {
  const names = new Set(listed.map(({ group }) => group));
  return [...listed, ...[...known].filter((group) => !names.has(group)).map(unlisted)];
}

/** Kafka describes a group that its coordinator does not have as dead. */
function unlisted(group: string): GroupListing {
  return { group, state: 'Dead', type: 'unknown', protocolType: '' };
}

/** No broker lists the group, and its coordinator says that it has no commits. */
function isGone({ state }: GroupListing, commits: Outcome<readonly CommittedOffset[]>): boolean {
  return state === 'Dead' && commits.kind === 'read' && commits.value.length === 0;
}

/** What the target knows of the source's groups. */
export async function readTargetGroups(
  side: LiveSide,
  names: ReadonlySet<string>,
  failed: Unread[],
): Promise<Map<string, ObservedTargetGroup>> {
  const listed = await listGroups(side, ({ group }) => names.has(group), failed);
  const groups = withUnlisted(listed, names);
  const commits = await side.reader.commits(groups.map(({ group }) => group));
  return new Map(
    groups.flatMap((listing): [string, ObservedTargetGroup][] => {
      const outcome = commits.get(listing.group) ?? read([]);
      if (isGone(listing, outcome)) return [];
      return [[listing.group, { listing, committed: mapOutcome(outcome, offsetsByPartition) }]];
    }),
  );
}

/** The groups' commits on mirrored topics; without groups that are gone. */
export async function readGroups(
  reader: ClusterReader,
  listings: readonly GroupListing[],
  mirrored: ReadonlySet<string>,
  now: () => number,
): Promise<ObservedGroup[]> {
  const commits = await reader.commits(listings.map(({ group }) => group));
  const checkedAt = now();
  return listings.flatMap((listing) => {
    const outcome = commits.get(listing.group) ?? read([]);
    if (isGone(listing, outcome)) return [];
    const committed = mapOutcome(outcome, (all) => all.filter(({ topic }) => mirrored.has(topic)));
    return [{ listing, checkedAt, committed }];
  });
}

/** The groups that a dead source is known to have had: by the history, and by MM2's checkpoints. */
export function lastKnownGroups(known: KnownFlow | null, checkpoints: FlowObservation['checkpoints']): string[] {
  const names = new Set([
    ...(known?.state.groups('source') ?? []),
    ...(checkpoints.kind === 'read' ? checkpoints.value.byGroup.keys() : []),
  ]);
  return [...names].sort();
}

/**
 * Groups whose coordinator does not answer get what was last known of them. A source that has lost some of its brokers
 * answers, and a failover has to place these groups as well.
 */
export function withLastKnown(
  groups: readonly ObservedGroup[],
  known: KnownFlow | null,
  checkpoints: FlowObservation['checkpoints'],
  topics: readonly NamedTopic[],
): readonly ObservedGroup[] {
  if (groups.every(({ committed }) => committed.kind === 'read')) return groups;
  const lastOf = lastKnown(known, checkpoints, topics);
  return groups.map((group) => {
    if (group.committed.kind === 'read') return group;
    const last = lastOf(group.listing.group);
    return last.committed.length === 0 ? group : { ...group, lastKnown: last };
  });
}

/** A dead source's last word on its groups. */
export function groupsAsLastKnown(
  known: KnownFlow | null,
  checkpoints: FlowObservation['checkpoints'],
  topics: readonly NamedTopic[],
  names: readonly string[],
): ObservedGroup[] {
  const lastOf = lastKnown(known, checkpoints, topics);
  return names.map((group) => {
    const { committed, checkedAt } = lastOf(group);
    return { listing: unlisted(group), committed: read(committed), checkedAt };
  });
}

/** What the last audit read of a group, or what MM2 translated since, whichever is the later. */
function lastKnown(
  known: KnownFlow | null,
  checkpoints: FlowObservation['checkpoints'],
  topics: readonly NamedTopic[],
): (group: string) => LastKnownCommits {
  const commits = known?.state.sourceCommits();
  const readAt = known === null ? null : groupReadAt(known);
  return (group) =>
    asLastKnown({ group, known, commits: commits?.get(group), readAt: readAt?.(group) ?? null }, checkpoints, topics);
}

/** What the history has of a group. `readAt` is null if it is not known when that was read. */
interface KnownCommits {
  readonly group: string;
  readonly known: KnownFlow | null;
  readonly commits: PartitionMap<Commit> | undefined;
  readonly readAt: number | null;
}

function asLastKnown(
  { group, known, commits, readAt }: KnownCommits,
  checkpoints: FlowObservation['checkpoints'],
  topics: readonly NamedTopic[],
): LastKnownCommits {
  const translated = checkpoints.kind === 'read' ? checkpoints.value.byGroup.get(group) : undefined;
  const committed: CommittedOffset[] = [];
  const times: (number | null)[] = [];
  for (const { topic, targetTopic, sourceId, partitions } of topics) {
    if (known !== null && isReplaced(known, topic, sourceId)) continue;
    for (let partition = 0; partition < partitions; partition++) {
      const commit = commits?.get(topic, partition);
      const last = translated?.get(targetTopic, partition);
      // What MM2 had translated before the last audit is of the earlier topic.
      const isEarlier = last !== undefined && readAt !== null && Number(last.timestamp) <= readAt;
      const checkpoint = isEarlier && known !== null && isWithoutSync(known, topic, partition) ? undefined : last;
      const isLater =
        checkpoint !== undefined && (commit === undefined || readAt === null || Number(checkpoint.timestamp) > readAt);
      // Also if it is the same offset: the group may have committed it again, in a later leader epoch.
      const newest = isLater ? { offset: checkpoint.upstream } : commit;
      if (newest === undefined) continue;
      committed.push({ topic, partition, ...newest });
      times.push(isLater ? Number(checkpoint.timestamp) : readAt);
    }
  }
  return { committed, checkedAt: oldestOf(times) };
}

/** Null if one of them is not known, or there is none. */
function oldestOf(times: readonly (number | null)[]): number | null {
  return times.reduce(
    (oldest, time) => (oldest === null || time === null ? null : Math.min(oldest, time)),
    times[0] ?? null,
  );
}
