import type { Refutation } from '../compare/verify-position.ts';
import { lastBreak } from '../mirror/epoch.ts';
import { PartitionMapping } from '../mirror/mapping.ts';
import type { ObservedConnectOffset } from '../mirror/replication.ts';
import { type Replication, reckonedEnd, replicationOf } from '../mirror/replication.ts';
import { mayPredateSource, syncsOlderThanSource } from '../mirror/source-epoch.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { Translation } from '../mirror/translation.ts';
import type { LogOffsets, Peek } from '../model/cluster.ts';
import type { ClusterRole } from '../model/flow.ts';
import type { Unread } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { PartitionReport } from '../model/report.ts';
import { type FlowObservation, knownOf, type ObservedTopic } from './observation.ts';

/** What looking at single records told of one partition. Absent: not looked at, or not readable. */
export interface RecordEvidence {
  readonly waiting?: { readonly from: bigint; readonly peek: Peek };
  /** First data record from the source log's begin on, before the first sync. */
  readonly head?: Peek;
  readonly reckoning?: 'confirmed' | 'refuted';
  /** By index of the sync: whether source and target hold the same record there. */
  readonly syncs?: ReadonlyMap<number, 'same' | 'different' | 'unknown'>;
  /** A look at a gap under read_committed: names the aborted transactions. */
  readonly aborted?: Peek;
  /** By source offset: where it lies on the target, after the records there were compared. */
  readonly verified?: ReadonlyMap<bigint, Translation>;
  /** Offsets of which the records contradict the syncs. */
  readonly refutations?: readonly Refutation[];
}

/** Everything that one audit knows of one partition of a flow. */
export interface PartitionState {
  readonly topic: ObservedTopic;
  readonly partition: number;
  readonly source: LogOffsets | null;
  /** Null where it is unread or not there; `targetMissing` tells which. */
  readonly target: LogOffsets | null;
  readonly targetMissing: boolean;
  readonly unread: Unread | null;
  readonly history: SyncHistory | null;
  /** Null where no mapping can be made: no syncs read, or an end of the target unread. */
  readonly mapping: PartitionMapping | null;
  readonly connect: ObservedConnectOffset | null;
  readonly replication: Replication | null;
  /** How it is known that the source topic is another one than the syncs speak of. */
  readonly sourceRecreated: 'topic-id' | 'records' | 'doubt' | null;
  readonly targetRecreatedById: boolean;
  /** Whether the epoch began within the last day: what happened before has been told. */
  readonly epochIsRecent: boolean;
  /** Syncs before these indexes are known to speak of other topics of the same names; 0 where none is. */
  readonly recreatedAt: { readonly source: number; readonly target: number };
  /** Index of the sync whose records have to be compared to tell whether the source topic is still the same. */
  readonly doubted: number | null;
  /** Source offset that dead reckoning puts the target's end at, where it says more than the acknowledgements. */
  readonly reckoned: bigint | null;
  /** Source records that exist and that MM2 passed over for good. */
  readonly passedOver: bigint;
  readonly records: RecordEvidence;
}

/** The states of all partitions of a flow before any record was looked at, in the order of topics and partitions. */
export function partitionStates(observation: FlowObservation): PartitionState[] {
  return observation.topics.flatMap((topic) =>
    topic.source.map((_, partition) => partitionState(observation, topic, partition, {})),
  );
}

/** The same states with what looking at records told: only those of which it told something are worked out again. */
export function withEvidence(
  observation: FlowObservation,
  states: readonly PartitionState[],
  evidence: PartitionMap<RecordEvidence>,
): PartitionState[] {
  return states.map((state) => {
    const { topic, partition, records } = state;
    const found = evidence.get(topic.topic, partition);
    return found === undefined ? state : partitionState(observation, topic, partition, { ...records, ...found });
  });
}

/** How far the partition is mirrored, and what waits. */
export function lagOf({ replication, unread }: PartitionState): Pick<PartitionReport, 'lag' | 'replicatedTo'> {
  if (replication !== null) return { replicatedTo: replication.replicatedTo, lag: replication.lag };
  const reason = unread?.message ?? 'the source partition could not be read';
  return { replicatedTo: null, lag: { kind: 'unknown', reason } };
}

/** Puts together what is known of one partition; `records` is what the probes told, empty before they ran. */
export function partitionState(
  observation: FlowObservation,
  topic: ObservedTopic,
  partition: number,
  records: RecordEvidence,
): PartitionState {
  const sourceOutcome = topic.source[partition];
  const targetOutcome = topic.target === null ? undefined : topic.target[partition];
  const targetMissing = topic.target === null || targetOutcome === undefined;
  const source = sourceOutcome?.kind === 'read' ? sourceOutcome.value : null;
  const target = targetOutcome?.kind === 'read' ? targetOutcome.value : null;
  const history = knownOf(observation.syncs)?.histories.get(topic.topic, partition) ?? null;
  const connect =
    observation.connectOffsets.kind === 'read'
      ? (observation.connectOffsets.value.get(topic.topic, partition) ?? null)
      : null;

  const first = topic.firstTimestamps[partition];
  const firstTimestamp = first?.kind === 'read' ? first.value : null;
  const epoch = sourceEpoch(observation, topic, history, source, firstTimestamp, records);
  const targetChanged = idChanged(observation, 'target', topic.targetTopic, topic.targetId);
  const targetRecreatedAt = Math.max(
    history === null ? 0 : lastBreak(history, 'newTarget'),
    syncsBefore(history, targetChanged),
  );

  const mapping =
    history === null || target === null
      ? null
      : new PartitionMapping({
          history,
          target: { start: target.start, end: target.highWatermark },
          exactlyOnce: observation.flow.exactlyOnce,
          ...(source === null
            ? {}
            : {
                sourceEnd: source.highWatermark,
                mayPredateSource: mayPredateSource(history, firstTimestamp, source.start),
              }),
          ...(epoch.recreatedAt > 0 ? { sourceRecreatedAt: epoch.recreatedAt } : {}),
          ...(targetRecreatedAt > 0 ? { targetRecreatedAt } : {}),
        });
  const recreatedSince = epoch.kind === null ? null : firstTimestamp;
  const replication =
    source === null
      ? null
      : replicationOf({
          source,
          mapping,
          history,
          connect,
          nothingYet: targetMissing || target?.highWatermark === 0n,
          isolation: observation.flow.isolationLevel,
          recreatedSince,
          reckoning: records.reckoning ?? 'unchecked',
          waiting: records.waiting ?? null,
        });
  const reckoned = mapping === null || replication === null ? null : reckonedEnd(mapping, replication.end);
  const anchored =
    mapping !== null && records.reckoning === 'confirmed' && reckoned !== null && target !== null
      ? mapping.withAnchor({ upstream: reckoned - 1n, downstream: target.highWatermark - 1n })
      : mapping;

  return {
    topic,
    partition,
    source,
    target,
    targetMissing,
    unread: unreadOf(sourceOutcome) ?? unreadOf(targetOutcome),
    history,
    mapping: anchored,
    connect,
    replication,
    sourceRecreated: epoch.kind,
    targetRecreatedById: targetRecreatedAt > 0 && isRecent(observation, history, targetRecreatedAt),
    epochIsRecent: mapping !== null && isRecent(observation, history, mapping.first),
    recreatedAt: {
      source: mapping?.cause === 'source-shortened' ? mapping.first : epoch.kind === 'doubt' ? 0 : epoch.recreatedAt,
      target: mapping?.cause === 'target-shortened' ? mapping.first : targetRecreatedAt,
    },
    doubted: epoch.doubted,
    reckoned,
    passedOver: passedOver(
      mapping,
      source,
      replication,
      records,
      topic.target === null && (history !== null || connect !== null),
    ),
    records,
  };
}

function unreadOf(outcome: ObservedTopic['source'][number] | undefined): Unread | null {
  return outcome?.kind === 'unread' ? outcome.unread : null;
}

/** When a topic was last seen with another id than now, or null. */
function idChanged(
  { remembered }: FlowObservation,
  role: ClusterRole,
  topic: string,
  id: string | null,
): bigint | null {
  const before = remembered?.topics[role].get(topic);
  return before === undefined || id === null || before.id === id ? null : BigInt(before.seenAt);
}

/** What happened long ago is history: the mapping is cut there still, but nobody has to be told again. */
function isRecent({ at }: FlowObservation, history: SyncHistory | null, index: number): boolean {
  if (history === null || index >= history.length) return true;
  return at - Number(history.timestamp(index)) < RECENT_MS;
}

const RECENT_MS = 24 * 60 * 60_000;

/** How many syncs were written up to a time. */
function syncsBefore(history: SyncHistory | null, time: bigint | null): number {
  if (history === null || time === null) return 0;
  let count = 0;
  while (count < history.length && history.timestamp(count) <= time) count++;
  return count;
}

function sourceEpoch(
  observation: FlowObservation,
  topic: ObservedTopic,
  history: SyncHistory | null,
  source: LogOffsets | null,
  firstTimestamp: bigint | null,
  records: RecordEvidence,
): { recreatedAt: number; kind: PartitionState['sourceRecreated']; doubted: number | null } {
  const none = { recreatedAt: 0, kind: null, doubted: null };
  if (history === null) return none;
  const changed = idChanged(observation, 'source', topic.topic, topic.sourceId);
  const inDoubt =
    source === null || firstTimestamp === null ? 0 : syncsOlderThanSource(history, firstTimestamp, source.start);
  if (changed !== null) {
    return { recreatedAt: Math.max(syncsBefore(history, changed), inDoubt), kind: 'topic-id', doubted: null };
  }
  const noticed = lastBreak(history, 'newSource');
  if (noticed > 0 && inDoubt <= noticed) {
    return { recreatedAt: noticed, kind: isRecent(observation, history, noticed) ? 'topic-id' : null, doubted: null };
  }
  if (inDoubt === 0 || source === null) return none;
  const doubted = comparableSync(history, inDoubt, source);
  const found = doubted === null ? undefined : records.syncs?.get(doubted);
  if (found === 'same') return { ...none, doubted };
  return { recreatedAt: inDoubt, kind: found === 'different' ? 'records' : 'doubt', doubted };
}

/** The newest sync before an index whose record the source log still reaches. */
function comparableSync(history: SyncHistory, before: number, source: LogOffsets): number | null {
  for (let i = before - 1; i >= 0; i--) {
    const upstream = history.upstream(i);
    if (upstream >= source.start && upstream < source.highWatermark) return i;
  }
  return null;
}

/** Source records in front of the epoch's first sync that have no copy on the target and will get none. */
function passedOver(
  mapping: PartitionMapping | null,
  source: LogOffsets | null,
  replication: Replication | null,
  records: RecordEvidence,
  mirroredTopicGone: boolean,
): bigint {
  if (mirroredTopicGone && source !== null && replication?.replicatedTo != null) {
    // What MM2 brought over before went with the topic.
    return positive(replication.replicatedTo - source.start);
  }
  if (mapping === null || source === null || replication === null) return 0n;
  const began = epochBegin(mapping);
  if (mapping.first >= mapping.length) {
    if (mapping.cause === 'first-known' || replication.replicatedTo === null) return 0n;
    return positive(replication.replicatedTo - source.start - positive(mapping.target.end - began));
  }
  const first = mapping.at(mapping.first);
  if (mapping.cause !== 'first-known') {
    return positive(first.upstream - positive(first.downstream - began) - source.start);
  }
  // Only the very first record of the target log shows where MM2 began: older syncs can be lost to compaction, and what
  // they brought can have expired since. That record's source offset is not enough: the log may hold none before it.
  if (first.downstream !== 0n || records.head?.record == null) return 0n;
  return positive(first.upstream - records.head.record.offset);
}

/** Target offset at which MM2 began to write what the epoch's syncs speak of, as far as retention has left it. */
function epochBegin(mapping: PartitionMapping): bigint {
  const before = mapping.lastVoid();
  const sameTargetLog = mapping.cause === 'source-recreated' || mapping.cause === 'source-shortened';
  return sameTargetLog && before !== null ? before.downstream + 1n : 0n;
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
