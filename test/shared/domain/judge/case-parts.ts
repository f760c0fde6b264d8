import type { KnownFlow } from '../../../../shared/domain/history/known-flow.ts';
import { GroupCheckpoints } from '../../../../shared/domain/judge/group-checkpoints.ts';
import type {
  FlowObservation,
  MirrorTopic,
  ObservedGroup,
  ObservedTargetGroup,
  ObservedTopic,
  RememberedFlow,
} from '../../../../shared/domain/judge/observation.ts';
import type { HoleLook } from '../../../../shared/domain/judge/record-evidence.ts';
import { type Hole, isBrought } from '../../../../shared/domain/mirror/coverage/hole.ts';
import type { ObservedConnectOffset } from '../../../../shared/domain/mirror/replication.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import type { CommittedOffset, LogOffsets, LogRecord, Peek } from '../../../../shared/domain/model/cluster.ts';
import type { Flow } from '../../../../shared/domain/model/flow.ts';
import { type Outcome, read, type Unread, unread } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import {
  type Absent,
  AT,
  DAY,
  type FlowCase,
  type GroupCase,
  HEALTHY_SYNCS,
  HOUR,
  type LogCase,
  MINUTE,
  type PartitionCase,
  type PositionCase,
  SECOND,
  type SyncCase,
  type TopicCase,
} from './case-shapes.ts';

export const SOURCE_DOWN: Unread = {
  what: 'cluster A',
  cluster: 'A',
  error: 'BROKER_UNREACHABLE',
  message: 'no broker of A answers',
  retriable: true,
};
export const TARGET_DOWN: Unread = {
  ...SOURCE_DOWN,
  what: 'cluster B',
  cluster: 'B',
  message: 'no broker of B answers',
};

export function unreadOf(what: string, cluster: 'A' | 'B'): Unread {
  return { what, cluster, error: 'REQUEST_TIMED_OUT', message: `${what} did not answer`, retriable: true };
}

export function topicOf(
  flow: Flow,
  one: TopicCase,
  at: number,
  sourceDown: Unread | null,
  targetDown: Unread | null,
): ObservedTopic {
  const { topic = 'orders', partitions = [{}] } = one;
  const targetTopic = one.targetTopic ?? (flow.policy.kind === 'identity' ? topic : `${flow.source}.${topic}`);
  const onTarget = partitions.slice(0, one.targetPartitions);
  const more = Math.max(0, (one.targetPartitions ?? 0) - partitions.length);
  return {
    topic,
    targetTopic,
    sourceId: one.sourceId ?? null,
    targetId: one.targetId ?? null,
    source: partitions.map(({ source }, i) => logOf(source, `${topic}-${i}`, 'A', sourceDown)),
    firstRecords: partitions.map((one, i) => firstRecordOf(one, `${topic}-${i}`, at, sourceDown)),
    target:
      one.notOnTarget === true
        ? null
        : [...onTarget, ...Array.from({ length: more }, (): PartitionCase => ({}))].map(({ target }, i) =>
            logOf(target, `${targetTopic}-${i}`, 'B', targetDown),
          ),
  };
}

function firstRecordOf(
  { source = [0n, 0n], firstRecordAgoMs: ago = 2 * HOUR, firstRecordOffset }: PartitionCase,
  name: string,
  at: number,
  down: Unread | null,
): ObservedTopic['firstRecords'][number] {
  if (down !== null || ago === 'unread') return unread(down ?? unreadOf(`the first record of ${name}`, 'A'));
  const start = source === 'unread' ? 0n : source[0];
  return read(ago === null ? null : { offset: firstRecordOffset ?? start, timestamp: BigInt(at - ago) });
}

function logOf(
  log: LogCase = [0n, 1_001n],
  name: string,
  cluster: 'A' | 'B',
  down: Unread | null,
): Outcome<LogOffsets> {
  if (down !== null || log === 'unread') return unread(down ?? unreadOf(name, cluster));
  const [start, end, lastStable = end] = log;
  return read({ start, highWatermark: end, lastStableOffset: lastStable });
}

export function partitionsOf(topics: readonly TopicCase[]): { name: string; partition: number; one: PartitionCase }[] {
  return topics.flatMap(({ topic: name = 'orders', partitions = [{}] }) =>
    partitions.map((one, partition) => ({ name, partition, one })),
  );
}

/** An audit before the case's, and the history that it left. */
export interface Earlier {
  readonly known: KnownFlow;
  readonly topics: readonly TopicCase[];
}

/** The syncs of all partitions; those that an earlier audit has read are as its history keeps them. */
export function historiesOf(topics: readonly TopicCase[], at: number, earlier?: Earlier): PartitionMap<SyncHistory> {
  const histories = new PartitionMap<SyncHistory>();
  for (const { name, partition, one } of partitionsOf(topics)) {
    const { syncs = HEALTHY_SYNCS, syncedAgoMs = HOUR } = one;
    if (syncs.length === 0) continue;
    const points = syncs.map(([upstream, downstream, { agoMs = syncedAgoMs, ...more } = {}]): NewPoint => {
      return { timestamp: BigInt(at - agoMs), upstream, downstream, ...more };
    });
    const kept = earlier?.known.state.mapping.get(name)?.get(partition)?.copy();
    const read = syncsRead(syncs, earlier, name, partition);
    if (kept === undefined || read === null) histories.set(name, partition, SyncHistory.of(points));
    else {
      for (const point of points.slice(read)) kept.push(point);
      histories.set(name, partition, kept);
    }
  }
  return histories;
}

/** How many of these syncs an earlier audit has read; null where it has read others. */
function syncsRead(
  syncs: readonly SyncCase[],
  earlier: Earlier | undefined,
  topic: string,
  partition: number,
): number | null {
  const before = earlier === undefined ? [] : partitionsOf(earlier.topics);
  const { syncs: read = HEALTHY_SYNCS } = before.find((p) => p.name === topic && p.partition === partition)?.one ?? {};
  const isSame = read.every(([upstream, downstream], i) => syncs[i]?.[0] === upstream && syncs[i]?.[1] === downstream);
  return isSame ? read.length : null;
}

export function connectOffsetsOf(topics: readonly TopicCase[], at: number): PartitionMap<ObservedConnectOffset> {
  const offsets = new PartitionMap<ObservedConnectOffset>();
  for (const { name, partition, one } of partitionsOf(topics)) {
    const { connect = (one.syncs ?? HEALTHY_SYNCS).at(-1)?.[0] ?? null, connectAgoMs = MINUTE } = one;
    if (connect !== null) offsets.set(name, partition, { offset: connect, timestamp: BigInt(at - connectAgoMs) });
  }
  return offsets;
}

export function mirrorTopic<T>(
  absent: Absent | undefined,
  topic: string,
  value: T,
  down: Unread | null,
  known?: T | null,
): MirrorTopic<T> {
  switch (absent) {
    case undefined:
      return { kind: 'read', value };
    case 'off':
      return { kind: 'off' };
    case 'missing':
      return { kind: 'missing', topic, known: known ?? null };
    case 'unread':
      return { kind: 'unread', topic, unread: down ?? unreadOf(topic, 'B'), known: known ?? null };
  }
}

export function heartbeatOf(of: FlowCase['heartbeat'], at: number, down: Unread | null): FlowObservation['heartbeat'] {
  if (of === 'none') return { kind: 'read', value: null };
  if (typeof of === 'string') return mirrorTopic<null>(of, 'A.heartbeats', null, down);
  const { agoMs = SECOND, steadyForMs = DAY } = of ?? {};
  const steadySince = steadyForMs === null ? null : BigInt(at - steadyForMs);
  return { kind: 'read', value: { newest: BigInt(at - agoMs), steadySince } };
}

export function wholeGroup(one: GroupCase): GroupCase & { group: string; positions: readonly PositionCase[] } {
  return { ...one, group: one.group ?? 'billing', positions: one.positions ?? [one.position ?? {}] };
}

type WholeGroup = ReturnType<typeof wholeGroup>;

export function sourceGroup({ group, positions, unread: side }: WholeGroup, at: number): ObservedGroup {
  const committed = positions.map(
    ({ topic = 'orders', partition = 0, committed: offset = 1_000n }): CommittedOffset => ({
      topic,
      partition,
      offset,
    }),
  );
  return {
    listing: { group, state: 'Stable', type: 'classic', protocolType: 'consumer' },
    committed: side === 'source' ? unread(unreadOf(`commits of ${group}`, 'A')) : read(committed),
    checkedAt: at,
  };
}

export function targetGroupsOf(flow: Flow, groups: readonly WholeGroup[]): Map<string, ObservedTargetGroup> {
  const found = new Map<string, ObservedTargetGroup>();
  for (const { group, positions, stateOnTarget = 'Empty', typeOnTarget = 'classic', unread: side } of groups) {
    if (stateOnTarget === null) continue;
    const committed = new PartitionMap<bigint>();
    for (const { topic = 'orders', partition = 0, onTarget = 1_000n } of positions) {
      if (onTarget !== null) committed.set(nameOnTarget(flow, topic), partition, onTarget);
    }
    found.set(group, {
      listing: { group, state: stateOnTarget, type: typeOnTarget, protocolType: '' },
      committed: side === 'target' ? unread(unreadOf(`commits of ${group}`, 'B')) : read(committed),
    });
  }
  return found;
}

export function checkpointsOf(flow: Flow, groups: readonly WholeGroup[], at: number): Map<string, GroupCheckpoints> {
  const byGroup = new Map<string, GroupCheckpoints>();
  for (const { group, positions } of groups) {
    const found = new GroupCheckpoints();
    for (const one of positions) {
      const { topic = 'orders', partition = 0, committed = 1_000n, checkpoint = 1_000n, checkpointAgoMs = HOUR } = one;
      if (checkpoint === null) continue;
      const timestamp = BigInt(at - checkpointAgoMs);
      found.set(nameOnTarget(flow, topic), partition, { upstream: committed, downstream: checkpoint, timestamp });
    }
    byGroup.set(group, found);
  }
  return byGroup;
}

function nameOnTarget(flow: Flow, topic: string): string {
  return flow.policy.kind === 'identity' ? topic : `${flow.source}.${topic}`;
}

/** A record at an offset; records of the same content are copies of each other. */
export function record(offset: bigint, timestamp: number, content = 'content'): LogRecord {
  return { offset, timestamp: BigInt(timestamp), key: Buffer.from(content), value: null, headers: [] };
}

/** What a look at a log found: the record there, or none up to `scannedTo`. */
export function peek(found: LogRecord | null, scannedTo = found === null ? 0n : found.offset + 1n): Peek {
  return { record: found, scannedTo, abortedTransactions: [] };
}

/** What an audit of a minute ago remembers: the topics' ids. */
export function rememberedIds(ids: { readonly source?: string; readonly target?: string }): RememberedFlow {
  const seenAt = AT - MINUTE;
  const topics = (name: string, id: string | undefined) => new Map(id === undefined ? [] : [[name, { id, seenAt }]]);
  return {
    readAt: { source: seenAt, target: seenAt },
    topics: { source: topics('orders', ids.source), target: topics('A.orders', ids.target) },
    cuts: [],
    // Who saw a topic's id read where its logs end, too.
    sourceEnd: () => (ids.source === undefined ? null : 1_001n),
    sourceEpoch: () => null,
    syncs: () => null,
    syncsRead: true,
    doubts: () => false,
    readsSource: () => true,
    targetEnd: () => (ids.target === undefined ? null : 1_001n),
  };
}

/** The same, with the syncs that MM2 had written at that time. */
export function withSyncsThen(
  remembered: RememberedFlow | null,
  histories: PartitionMap<SyncHistory>,
): RememberedFlow | null {
  if (remembered === null) return null;
  return {
    ...remembered,
    syncs(topic, partition) {
      const now = histories.get(topic, partition);
      if (now === undefined) return remembered.syncs(topic, partition);
      const then = now.copy();
      while (then.length > 0 && then.timestamp(then.length - 1) > remembered.readAt.source)
        then.truncate(then.length - 1);
      return then;
    },
  };
}

/** A look at the first record in a hole, by what the source holds. */
export function peekedLook({ look }: Hole, holds: (offset: bigint) => boolean): HoleLook {
  let at = look.from;
  while (at < look.until && !holds(at)) at++;
  return { kind: 'peeked', peek: at < look.until ? peek(record(at, AT)) : peek(null, look.until) };
}

/** A look at all records of a hole. */
export function countedLook(hole: Hole, holds: (offset: bigint) => boolean): HoleLook {
  let records = 0n;
  for (let at = hole.from; at < hole.until; at++) if (holds(at) && !isBrought(hole, at)) records++;
  return { kind: 'counted', records, since: records === 0n ? null : BigInt(AT) };
}
