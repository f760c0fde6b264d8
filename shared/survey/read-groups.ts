import { type KnownFlow, readAtOf } from '../domain/history/known-flow.ts';
import type { FlowObservation, ObservedGroup, ObservedTargetGroup } from '../domain/judge/observation.ts';
import type { CommittedOffset, GroupListing } from '../domain/model/cluster.ts';
import { mapOutcome, read, type Unread } from '../domain/model/outcome.ts';
import { offsetsByPartition } from '../domain/model/partition-map.ts';
import type { ClusterReader } from '../ports.ts';
import type { LiveSide } from './connect-side.ts';
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

const OFFSETS_TOPIC = '__consumer_offsets';

/**
 * Each partition of `__consumer_offsets` holds some of the groups. Without a leader no broker lists these, and a
 * listing of all brokers looks complete.
 */
export function withoutCoordinator({ reader, metadata }: LiveSide): Unread[] {
  const leaders = metadata.topics.get(OFFSETS_TOPIC)?.leaders ?? [];
  const dead = leaders.filter((leader) => leader === null).length;
  if (dead === 0) return [];
  const message = `${dead} of ${leaders.length} partitions of ${OFFSETS_TOPIC} have no leader: no broker lists their groups`;
  return [{ what: 'groups', cluster: reader.alias, error: 'COORDINATOR_NOT_AVAILABLE', message, retriable: true }];
}

/** What the target knows of the source's groups. */
export async function readTargetGroups(
  reader: ClusterReader,
  names: ReadonlySet<string>,
  failed: Unread[],
): Promise<Map<string, ObservedTargetGroup>> {
  const groups = await listGroups(reader, ({ group }) => names.has(group), failed);
  const listed = new Set(groups.map(({ group }) => group));
  const absent = [...names].filter((name) => !listed.has(name));
  const commits = await reader.commits([...listed, ...absent]);
  const observed = [...groups, ...absent.map(unlisted)].map((listing) => {
    const outcome = commits.get(listing.group);
    const committed = outcome === undefined ? read(offsetsByPartition([])) : mapOutcome(outcome, offsetsByPartition);
    return [listing.group, { listing, committed }] as const;
  });
  return new Map(observed.filter(([group, { committed }]) => listed.has(group) || committed.kind === 'unread'));
}

/**
 * Of groups that are known from before and that no broker lists, those whose coordinator does not answer. The others
 * were deleted.
 */
export async function readUnlistedGroups(
  reader: ClusterReader,
  names: readonly string[],
  mirrored: ReadonlySet<string>,
  now: () => number,
): Promise<ObservedGroup[]> {
  if (names.length === 0) return [];
  const groups = await readGroups(reader, names.map(unlisted), mirrored, now);
  return groups.filter(({ committed }) => committed.kind === 'unread');
}

function unlisted(group: string): GroupListing {
  return { group, state: 'Unknown', type: 'unknown', protocolType: '' };
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

/** The groups that a dead source is known to have had: by the history, and by MM2's checkpoints. */
export function lastKnownGroups(known: KnownFlow | null, checkpoints: FlowObservation['checkpoints']): string[] {
  const names = new Set([
    ...(known?.state.positions('source').keys() ?? []),
    ...(checkpoints.kind === 'read' ? checkpoints.value.byGroup.keys() : []),
  ]);
  return [...names].sort();
}

/**
 * A dead source's last word on its groups: what the last audit read of them, or what MM2 translated since, whichever is
 * the later.
 */
export function groupsAsLastKnown(
  known: KnownFlow | null,
  checkpoints: FlowObservation['checkpoints'],
  topics: readonly NamedTopic[],
  names: readonly string[],
): ObservedGroup[] {
  const positions = known?.state.positions('source');
  const readAt = known === null ? 0 : readAtOf(known, 'source');
  const translated = checkpoints.kind === 'read' ? checkpoints.value.byGroup : new Map<string, never>();
  return names.map((group) => {
    let checkedAt = 0;
    const committed: CommittedOffset[] = [];
    for (const { topic, targetTopic, partitions } of topics) {
      for (let partition = 0; partition < partitions; partition++) {
        const offset = positions?.get(group)?.get(topic, partition);
        const checkpoint = translated.get(group)?.get(targetTopic, partition);
        const isLater = checkpoint !== undefined && (offset === undefined || Number(checkpoint.timestamp) > readAt);
        const last = isLater ? checkpoint.upstream : offset;
        if (last === undefined) continue;
        committed.push({ topic, partition, offset: last });
        checkedAt = Math.max(checkedAt, isLater ? Number(checkpoint.timestamp) : readAt);
      }
    }
    return {
      listing: unlisted(group),
      committed: read(committed),
      checkedAt,
    };
  });
}
