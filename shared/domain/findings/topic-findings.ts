import type { AuditPolicy } from '../audit-policy.ts';
import type { Finding } from '../finding.ts';
import type { Liveness } from '../liveness.ts';
import type { FlowObservation, ObservedTopic } from '../observation.ts';
import type { PartitionState } from '../partition-state.ts';
import { makeFinding } from './make-finding.ts';

/** What is wrong with one mirrored topic: each finding once a topic, with the worst partition and how many. */
export function topicFindings(
  observation: FlowObservation,
  topic: ObservedTopic,
  states: readonly PartitionState[],
  liveness: Liveness,
  policy: AuditPolicy,
): Finding[] {
  const context = { observation, topic, states, liveness, policy };
  return [
    ...notMirrored(context),
    ...partitionCount(context),
    ...unreadable(context),
    ...stalled(context),
    ...sourceRecreated(context),
    ...targetRecreated(context),
    ...lostToRetention(context),
    ...headNeverMirrored(context),
    ...foreignWrites(context),
    ...writtenAgain(context),
    ...abortedMirrored(context),
  ];
}

interface Context {
  readonly observation: FlowObservation;
  readonly topic: ObservedTopic;
  readonly states: readonly PartitionState[];
  readonly liveness: Liveness;
  readonly policy: AuditPolicy;
}

function notMirrored({ observation, topic, states, liveness }: Context): Finding[] {
  if (topic.target !== null || observation.targetDown !== null || liveness.state === 'never-started') return [];
  const { flow, at, targetTopics } = observation;
  const hasSyncs = states.some((state) => state.history !== null && state.history.length > 0);
  const otherName =
    flow.policy.kind === 'default' ? topic.topic : `${flow.source}${flow.policy.separator}${topic.topic}`;
  if (hasSyncs && targetTopics.has(otherName)) {
    return [
      makeFinding(
        'POLICY_MISMATCH',
        { topic: topic.topic, cluster: flow.target },
        `MM2 mirrors ${topic.topic} to ${otherName}, but the configuration names it ${topic.targetTopic}: replication.policy.class differs`,
        { configured: topic.targetTopic, found: otherName },
      ),
    ];
  }
  const records = states.filter((state) => state.source !== null && state.source.highWatermark > state.source.start);
  if (records.length === 0) return [];
  const oldest = topic.firstTimestamps.flatMap((first) =>
    first.kind === 'read' && first.value !== null ? [first.value] : [],
  );
  const since = oldest.reduce<bigint | null>((least, time) => (least === null || time < least ? time : least), null);
  // MM2 looks for new topics only now and then.
  const young = since !== null && at - Number(since) < 2 * flow.refreshTopicsIntervalMs;
  return [
    makeFinding(
      'TOPIC_NOT_MIRRORED',
      { topic: topic.topic, cluster: flow.target },
      young
        ? `${topic.topic} is not on the target yet: MM2 looks for new topics every ${flow.refreshTopicsIntervalMs / 1000} s`
        : `${topic.topic} matches the flow's topics and holds records, but ${topic.targetTopic} is not on the target`,
      { targetTopic: topic.targetTopic, partitionsWithRecords: records.length, firstRecordMs: since },
      young ? 'info' : 'critical',
    ),
  ];
}

function partitionCount({ topic, observation }: Context): Finding[] {
  if (topic.target === null || topic.target.length === topic.source.length) return [];
  if (observation.sourceDown !== null || observation.targetDown !== null) return [];
  return [
    makeFinding(
      'PARTITION_COUNT_DIFFERS',
      { topic: topic.topic },
      `${topic.topic} has ${topic.source.length} partitions on the source, ${topic.targetTopic} ${topic.target.length} on the target`,
      { source: topic.source.length, target: topic.target.length },
    ),
  ];
}

function unreadable({ observation, topic, states }: Context): Finding[] {
  if (observation.sourceDown !== null || observation.targetDown !== null) return [];
  const unread = states.filter((state) => state.unread !== null);
  const first = unread[0]?.unread;
  if (first == null) return [];
  return [
    makeFinding(
      'PARTITIONS_UNREADABLE',
      { topic: topic.topic, cluster: first.cluster },
      `${unread.length} of ${states.length} partitions of ${topic.topic} could not be read: ${first.message}`,
      { partitions: unread.length, error: first.error },
    ),
  ];
}

function stalled({ observation, topic, states, liveness, policy }: Context): Finding[] {
  if (liveness.state === 'stopped' || liveness.state === 'never-started') return [];
  const waiting = states.filter(({ replication }) => {
    if (replication?.lag.kind !== 'known' || replication.lag.records === 0n) return false;
    return (
      replication.waitingSince !== null && observation.at - Number(replication.waitingSince) > policy.mirrorStalledMs
    );
  });
  const worst = largest(waiting, ({ replication }) => BigInt(observation.at) - (replication?.waitingSince ?? 0n));
  if (worst === null) return [];
  const age = observation.at - Number(worst.state.replication?.waitingSince ?? 0n);
  return [
    makeFinding(
      'MIRROR_STALLED',
      { topic: topic.topic, partition: worst.state.partition },
      `MM2 is alive, but records of ${topic.topic} have waited ${(age / 1000).toFixed(0)} s (${waiting.length} partitions)`,
      { partitions: waiting.length, oldestWaitingMs: worst.state.replication?.waitingSince ?? null },
    ),
  ];
}

function sourceRecreated({ topic, states }: Context): Finding[] {
  const certain = states.filter((s) => s.sourceRecreated === 'topic-id' || s.sourceRecreated === 'records');
  const shorter = states.filter(
    (s) => s.replication?.sourceShorter === true || s.mapping?.cause === 'source-shortened',
  );
  const doubtful = states.filter((s) => s.sourceRecreated === 'doubt');
  const found = certain.length > 0 ? certain : shorter.length > 0 ? shorter : doubtful;
  const worst = largest(found, (state) => state.passedOver);
  if (worst === null) return [];
  const how =
    certain.length > 0
      ? certain[0]?.sourceRecreated === 'topic-id'
        ? 'its topic id changed'
        : 'a record it holds is younger than the sync that claims to have mirrored it, and differs on the target'
      : shorter.length > 0
        ? 'it ends before offsets that MM2 has mirrored (recreated, or truncated by an unclean election)'
        : 'its records are younger than the syncs that claim to have mirrored them; comparing them was not possible';
  const passedOver = found.reduce((sum, state) => sum + state.passedOver, 0n);
  return [
    makeFinding(
      'SOURCE_TOPIC_RECREATED',
      { topic: topic.topic, partition: worst.state.partition },
      `${topic.topic} is not the topic that was mirrored before: ${how}; ${passedOver} of its records were passed over`,
      { partitions: found.length, passedOver, topicId: topic.sourceId },
      certain.length > 0 || shorter.length > 0 ? 'critical' : 'warning',
    ),
  ];
}

function targetRecreated({ topic, states }: Context): Finding[] {
  const found = states.filter(
    (s) => s.targetRecreatedById || s.mapping?.cause === 'target-recreated' || s.mapping?.cause === 'target-shortened',
  );
  const worst = largest(found, (state) => state.passedOver);
  if (worst === null) return [];
  const passedOver = found.reduce((sum, state) => sum + state.passedOver, 0n);
  return [
    makeFinding(
      'TARGET_TOPIC_RECREATED',
      { topic: topic.targetTopic, partition: worst.state.partition },
      `${topic.targetTopic} is not the log that MM2 wrote to before: ${passedOver} records mirrored earlier are no longer there`,
      { partitions: found.length, missing: passedOver, topicId: topic.targetId },
    ),
  ];
}

function lostToRetention({ topic, states }: Context): Finding[] {
  const lost = new Map(states.map((state) => [state, deletedBeforeMirrored(state)]));
  const found = states.filter((state) => (lost.get(state) ?? 0n) > 0n);
  const worst = largest(found, (state) => lost.get(state) ?? 0n);
  if (worst === null) return [];
  const records = found.reduce((sum, state) => sum + (lost.get(state) ?? 0n), 0n);
  return [
    makeFinding(
      'RECORDS_LOST_TO_RETENTION',
      { topic: topic.topic, partition: worst.state.partition },
      `${records} offsets of ${topic.topic} were deleted on the source before MM2 mirrored them`,
      { records, partitions: found.length, sourceStart: worst.state.source?.start ?? null },
    ),
  ];
}

/**
 * Deleted in front of where the mirror stands, or jumped over by it: then it went on exactly at the log's begin. A gap
 * there can also be a transaction marker or compaction, for retention cuts logs at batches: only one that stands out
 * among the mapping's gaps counts.
 */
export function deletedBeforeMirrored(state: PartitionState): bigint {
  const waiting = state.replication?.deletedBefore ?? 0n;
  if (waiting > 0n) return waiting;
  const { mapping, source } = state;
  if (mapping === null || source === null || source.start === 0n) return 0n;
  let atBegin = 0n;
  let elsewhere = 0n;
  for (const { left, right } of mapping.intervals()) {
    const missing = right.upstream - left.upstream - (right.downstream - left.downstream);
    if (missing <= 0n) continue;
    if (right.upstream === source.start) atBegin = missing;
    else elsewhere += missing;
  }
  return atBegin > elsewhere && atBegin > USUAL_MARKERS ? atBegin : 0n;
}

/** A commit or abort marker, and the one of a transaction that wrote nothing. */
const USUAL_MARKERS = 2n;

function headNeverMirrored({ topic, states }: Context): Finding[] {
  const found = states.filter((state) => state.mapping?.cause === 'first-known' && state.passedOver > 0n);
  const worst = largest(found, (state) => state.passedOver);
  if (worst === null) return [];
  const records = found.reduce((sum, state) => sum + state.passedOver, 0n);
  return [
    makeFinding(
      'HEAD_NEVER_MIRRORED',
      { topic: topic.topic, partition: worst.state.partition },
      `the first ${records} offsets of ${topic.topic} were never mirrored: MM2 began behind them`,
      { records, partitions: found.length },
    ),
  ];
}

function foreignWrites({ observation, topic, states }: Context): Finding[] {
  if (observation.flow.exactlyOnce) return [];
  const count = new Map<PartitionState, bigint>();
  for (const state of states) {
    const { mapping } = state;
    if (mapping === null) continue;
    let records = mapping.surplusAtEnd;
    for (const { left, right } of mapping.intervals()) {
      const upstream = right.upstream - left.upstream;
      const surplus = right.downstream - left.downstream - upstream;
      if (upstream > 0n && surplus > 0n) records += surplus;
    }
    if (records > 0n) count.set(state, records);
  }
  const worst = largest([...count.keys()], (state) => count.get(state) ?? 0n);
  if (worst === null) return [];
  const records = [...count.values()].reduce((sum, value) => sum + value, 0n);
  return [
    makeFinding(
      'FOREIGN_WRITES',
      { topic: topic.targetTopic, partition: worst.state.partition },
      `${topic.targetTopic} holds ${records} records more than MM2's syncs account for: somebody else writes to it, or a restart wrote them again unseen`,
      { records, partitions: count.size },
    ),
  ];
}

function writtenAgain({ topic, states }: Context): Finding[] {
  const count = new Map<PartitionState, bigint>();
  for (const state of states) {
    let records = 0n;
    for (const { left, right } of state.mapping?.intervals() ?? []) {
      if (right.upstream > left.upstream) continue;
      records += right.downstream - left.downstream - (right.upstream - left.upstream);
    }
    if (records > 0n) count.set(state, records);
  }
  const worst = largest([...count.keys()], (state) => count.get(state) ?? 0n);
  if (worst === null) return [];
  const records = [...count.values()].reduce((sum, value) => sum + value, 0n);
  return [
    makeFinding(
      'RECORDS_DUPLICATED',
      { topic: topic.targetTopic, partition: worst.state.partition },
      `MM2 wrote up to ${records} records of ${topic.topic} twice after restarts`,
      { records, partitions: count.size },
    ),
  ];
}

function abortedMirrored({ observation, topic, states }: Context): Finding[] {
  if (observation.flow.isolationLevel === 'read_committed') return [];
  for (const state of states) {
    const aborted = state.records.aborted?.abortedTransactions[0];
    if (aborted === undefined) continue;
    return [
      makeFinding(
        'ABORTED_TRANSACTIONS_MIRRORED',
        { topic: topic.topic, partition: state.partition },
        `${topic.topic} has aborted transactions, and MM2 mirrors them as ordinary records: set ${observation.flow.source}.consumer.isolation.level=read_committed`,
        { producerId: aborted.producerId, firstOffset: aborted.firstOffset },
      ),
    ];
  }
  return [];
}

function largest(
  states: readonly PartitionState[],
  measure: (state: PartitionState) => bigint,
): { readonly state: PartitionState } | null {
  let best: PartitionState | null = null;
  for (const state of states) if (best === null || measure(state) > measure(best)) best = state;
  return best === null ? null : { state: best };
}
