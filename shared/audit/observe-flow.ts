import type { CommittedOffset, GroupListing, LogOffsets } from '../domain/cluster-data.ts';
import type { Flow } from '../domain/flow.ts';
import type { FlowObservation, ObservedGroup, ObservedTargetGroup, ObservedTopic } from '../domain/observation.ts';
import { PartitionMap } from '../domain/partition-map.ts';
import { remoteTopic } from '../domain/replication-policy.ts';
import { type Selection, selectionOf } from '../domain/selection.ts';
import { type Outcome, read, type Unread, unread } from '../domain/unread.ts';
import type { ClusterReader } from '../ports.ts';
import type { AuditFilter } from './audit-filter.ts';
import type { AuditMemory } from './audit-memory.ts';
import { connect, refuseIfHidden } from './connect-side.ts';
import { readCheckpoints, readConnectOffsets, readHeartbeat, readSyncs, type Side } from './read-mirror-topics.ts';
import { internalTopicsOf, permissionsOf } from './required-permissions.ts';

export interface ObserveOptions {
  readonly flow: Flow;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly opposite: Flow | null;
  readonly filter: AuditFilter;
  readonly memory: AuditMemory;
  readonly now: () => number;
}

/**
 * Reads one flow in the order that keeps a moving mirror from looking wrong: mapping and checkpoints, then the
 * groups' commits (target before source), then the ends of the logs (target before source).
 */
export async function observeFlow(options: ObserveOptions): Promise<FlowObservation> {
  const { flow, filter, memory, now } = options;
  const at = now();
  const selection = selectionOf(flow);
  const [source, target] = await Promise.all([
    connect(options.source, permissionsOf(flow, flow.source, filter)),
    connect(options.target, permissionsOf(flow, flow.target, filter)),
  ]);
  const sourceSide = 'reader' in source ? source : null;
  const targetSide = 'reader' in target ? target : null;
  const sourceDown = 'reader' in source ? null : source;
  const targetDown = 'reader' in target ? null : target;

  const syncSide = flow.offsetSyncsLocation === 'source' ? sourceSide : targetSide;
  const connectSide = flow.connectOffsets?.cluster === 'source' ? sourceSide : targetSide;
  const unreachable = sourceDown ?? targetDown;
  const [syncs, checkpoints, heartbeat, connectOffsets] = await Promise.all([
    syncSide === null ? down('offset syncs', unreachable) : readSyncs(flow, syncSide),
    targetSide === null ? down('checkpoints', targetDown) : readCheckpoints(flow, targetSide),
    targetSide === null ? down('heartbeats', targetDown) : readHeartbeat(flow, targetSide),
    readConnectOffsets(flow, connectSide),
  ]);

  const topics = mirroredTopics(flow, selection, filter, sourceSide, targetSide);
  const known = [
    ...(syncs.kind === 'read' ? syncs.value.histories.topics() : []),
    ...(connectOffsets.kind === 'read' ? connectOffsets.value.topics() : []),
  ].filter((topic) => selection.topic(topic) === 'mirrored' && (filter.topic?.(topic) ?? true));
  const internal = (cluster: string) => internalTopicsOf(flow).flatMap((t) => (t.cluster === cluster ? [t.topic] : []));
  await Promise.all([
    refuseIfHidden(sourceSide, [...known, ...internal(flow.source)]),
    refuseIfHidden(targetSide, [...topics.map(({ targetTopic }) => targetTopic), ...internal(flow.target)]),
  ]);
  const wanted = (group: GroupListing) =>
    isConsumerGroup(group) && selection.group(group.group) && (filter.group?.(group.group) ?? true);
  const groupUnread: Unread[] = [];
  const listing = sourceSide === null ? null : await listGroups(sourceSide.reader, wanted, groupUnread);
  const names =
    listing?.map(({ group }) => group) ??
    (checkpoints.kind === 'read' ? [...checkpoints.value.byGroup.keys()].filter((g) => filter.group?.(g) ?? true) : []);
  const targetGroups =
    targetSide === null ? new Map() : await readTargetGroups(targetSide.reader, new Set(names), groupUnread);
  const mirrored = new Set(topics.map(({ topic }) => topic));
  const groups =
    sourceSide !== null && listing !== null
      ? await readGroups(sourceSide.reader, listing, mirrored, now)
      : groupsFromCheckpoints(checkpoints, topics, names);

  const observed = await readEnds(topics, sourceSide, targetSide, sourceDown, targetDown);
  const remembered = { source: memory.topics(flow.source), target: memory.topics(flow.target) };
  return {
    flow,
    at,
    sourceDown,
    targetDown,
    topics: observed,
    targetTopics: new Set(targetSide?.metadata.topics.keys() ?? []),
    syncs,
    checkpoints,
    heartbeat,
    connectOffsets,
    groups,
    targetGroups,
    remembered,
    unread: collapse([
      ...[sourceDown, targetDown].filter((side) => side !== null),
      ...[syncs, checkpoints, heartbeat, connectOffsets].flatMap((t) => (t.kind === 'unread' ? [t.unread] : [])),
      ...groupUnread,
      ...groups.flatMap((g) => (g.committed.kind === 'unread' ? [g.committed.unread] : [])),
      ...(unreachable === null ? observed.flatMap(partitionUnread) : []),
    ]),
    opposite: options.opposite,
  };
}

function down(what: string, side: Unread | null): { kind: 'unread'; topic: string; unread: Unread } {
  const reason = side ?? { what, cluster: '', error: 'UNREACHABLE', message: 'cluster unreachable', retriable: true };
  return { kind: 'unread', topic: what, unread: reason };
}

type NamedTopic = Pick<ObservedTopic, 'topic' | 'targetTopic' | 'sourceId' | 'targetId'> & {
  readonly partitions: number;
};

/** The topics of the flow by the source's names; without the source, those that the target's names tell of. */
function mirroredTopics(
  flow: Flow,
  selection: Selection,
  filter: AuditFilter,
  source: Side | null,
  target: Side | null,
): NamedTopic[] {
  const named = (topic: string, partitions: number): NamedTopic => {
    const targetTopic = remoteTopic(flow.policy, flow.source, topic);
    return {
      topic,
      targetTopic,
      sourceId: source?.metadata.topics.get(topic)?.id ?? null,
      targetId: target?.metadata.topics.get(targetTopic)?.id ?? null,
      partitions,
    };
  };
  const wanted = (topic: NamedTopic) => {
    const selected = selection.topic(topic.topic);
    const there = target?.metadata.topics.has(topic.targetTopic) ?? false;
    return (selected === 'mirrored' || (selected === 'doubtful' && there)) && (filter.topic?.(topic.topic) ?? true);
  };
  const candidates =
    source !== null
      ? [...source.metadata.topics.values()].map((t) => named(t.topic, t.leaders.length))
      : [...(target?.metadata.topics.values() ?? [])].flatMap((t) => {
          const prefix = flow.policy.kind === 'default' ? `${flow.source}${flow.policy.separator}` : '';
          return t.topic.startsWith(prefix) ? [named(t.topic.slice(prefix.length), t.leaders.length)] : [];
        });
  return candidates.filter(wanted).sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** Connect workers and share groups have no position that MM2 translates. */
function isConsumerGroup(group: GroupListing): boolean {
  return group.protocolType !== 'connect' && group.type !== 'share';
}

async function listGroups(
  reader: ClusterReader,
  wanted: (group: GroupListing) => boolean,
  failed: Unread[],
): Promise<GroupListing[]> {
  const { groups, unread: missing } = await reader.groups();
  for (const outcome of missing) if (outcome.kind === 'unread') failed.push(outcome.unread);
  return groups.filter(wanted).sort((a, b) => (a.group < b.group ? -1 : 1));
}

async function readTargetGroups(
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

async function readGroups(
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
function groupsFromCheckpoints(
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

async function readEnds(
  topics: readonly NamedTopic[],
  source: Side | null,
  target: Side | null,
  sourceDown: Unread | null,
  targetDown: Unread | null,
): Promise<ObservedTopic[]> {
  const onTarget = topics.map(({ targetTopic }) => targetTopic).filter((t) => target?.metadata.topics.has(t) ?? false);
  const targetEnds = target === null ? null : await target.reader.offsets(onTarget);
  const names = topics.map(({ topic }) => topic);
  const sourceEnds = source === null ? null : await source.reader.offsets(names);
  const firstTimestamps = source === null ? null : await source.reader.firstTimestamps(names);
  return topics.map(({ partitions, ...topic }) => {
    const all = <T>(reason: Unread | null): Outcome<T>[] =>
      Array.from({ length: partitions }, () => unread<T>(reason ?? NOT_ANSWERED));
    const absent = targetEnds !== null && !targetEnds.has(topic.targetTopic);
    return {
      ...topic,
      source: sourceEnds?.get(topic.topic) ?? all<LogOffsets>(sourceDown),
      firstTimestamps: firstTimestamps?.get(topic.topic) ?? all<bigint | null>(sourceDown),
      target: absent ? null : (targetEnds?.get(topic.targetTopic) ?? all<LogOffsets>(targetDown)),
    };
  });
}

const NOT_ANSWERED: Unread = {
  what: 'log offsets',
  cluster: '',
  error: 'NOT_ANSWERED',
  message: 'the cluster did not answer for it',
  retriable: true,
};

function partitionUnread(topic: ObservedTopic): Unread[] {
  return [...topic.source, ...(topic.target ?? [])].flatMap((o) => (o.kind === 'unread' ? [o.unread] : []));
}

function mapOutcome<T, U>(outcome: Outcome<T>, map: (value: T) => U): Outcome<U> {
  return outcome.kind === 'read' ? read(map(outcome.value)) : outcome;
}

/** One line for each cause: a dead broker takes hundreds of partitions with it. */
function collapse(all: readonly Unread[]): Unread[] {
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
