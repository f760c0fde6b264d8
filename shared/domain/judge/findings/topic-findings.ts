import { counted } from '../../model/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { flowName } from '../../model/flow.ts';
import { isTime } from '../../model/record-time.ts';
import type { AuditPolicy } from '../audit-policy.ts';
import { thresholdsFor } from '../audit-rules.ts';
import { type Liveness, mirrorTime } from '../liveness.ts';
import type { FlowObservation, ObservedTopic } from '../observation.ts';
import { areOld, type PartitionState } from '../partition-state.ts';
import { pastCuts, RECENT_MS } from '../remembered-logs.ts';
import { waitsAtLeast } from '../waits-at-least.ts';
import { makeFinding } from './make-finding.ts';
import {
  headNeverMirrored,
  logsCut,
  lostToRetention,
  neverMirrored,
  transactionOpen,
  unaccounted,
} from './missing-findings.ts';
import { sourceRecreated, targetRecreated } from './recreation-findings.ts';
import type { TopicContext } from './topic-context.ts';
import { refuted } from './verification-findings.ts';
import { sumOf, worstOf } from './worst-of.ts';

/**
 * What is wrong with one mirrored topic: each finding once per topic, with the worst partition and the number of
 * partitions.
 */
export function topicFindings(
  observation: FlowObservation,
  topic: ObservedTopic,
  states: readonly PartitionState[],
  liveness: Liveness,
  policy: AuditPolicy,
): Finding[] {
  const context = { observation, topic, states, liveness, policy };
  const recreated = [...sourceRecreated(context), ...targetRecreated(context)];
  return [
    ...notMirrored(context),
    ...partitionCount(context),
    ...unreadable(context),
    ...stalled(context),
    ...recreated,
    ...logsCut(context),
    ...lostToRetention(context),
    ...headNeverMirrored(context),
    ...neverMirrored(context, recreated.length > 0),
    ...unaccounted(context),
    ...transactionOpen(context),
    ...foreignWrites(context),
    ...writtenAgain(context),
    ...abortedMirrored(context),
    ...refuted(context),
  ];
}

function notMirrored({ observation, topic, states, liveness }: TopicContext): Finding[] {
  if (topic.target !== null || observation.targetDown !== null || liveness.state === 'never-started') return [];
  const { flow, at, targetTopics } = observation;
  const hasSyncs = states.some((state) => state.history !== null && state.history.length > 0);
  const otherName = [topic.topic, `${flow.source}${flow.policy.separator}${topic.topic}`].find(
    (name) => name !== topic.targetTopic && targetTopics.has(name),
  );
  if (hasSyncs && otherName !== undefined) {
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
  const oldest = topic.firstRecords.flatMap((first) =>
    first.kind === 'read' && first.value !== null && isTime(first.value.timestamp) ? [first.value.timestamp] : [],
  );
  const since = oldest.reduce<bigint | null>((least, time) => (least === null || time < least ? time : least), null);
  // MM2 looks for new topics at intervals.
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

function partitionCount({ topic, observation }: TopicContext): Finding[] {
  if (topic.target === null || topic.target.length === topic.source.length) return [];
  if (observation.sourceDown !== null || observation.targetDown !== null) return [];
  return [
    makeFinding(
      'PARTITION_COUNT_DIFFERS',
      { topic: topic.topic },
      `${topic.topic} has ${counted(topic.source.length, 'partition')} on the source, ${topic.targetTopic} ${topic.target.length} on the target`,
      { source: topic.source.length, target: topic.target.length },
    ),
  ];
}

function unreadable({ observation, topic, states }: TopicContext): Finding[] {
  if (observation.sourceDown !== null || observation.targetDown !== null) return [];
  const unread = states.filter((state) => state.unread !== null);
  const first = unread[0]?.unread;
  if (first == null) return [];
  return [
    makeFinding(
      'PARTITIONS_UNREADABLE',
      { topic: topic.topic, cluster: first.cluster },
      `${unread.length} of ${counted(states.length, 'partition')} of ${topic.topic} could not be read: ${first.message}`,
      { partitions: unread.length, error: first.error },
    ),
  ];
}

function stalled({ observation, topic, states, liveness, policy }: TopicContext): Finding[] {
  if (liveness.state === 'stopped' || liveness.state === 'never-started') return [];
  // What MM2 has written since, and whether it is alive, nobody can read.
  if (observation.targetDown !== null) return [];
  const of = { flow: flowName(observation.flow), finding: 'MIRROR_STALLED', topic: topic.topic } as const;
  const { mirrorStalledMs } = thresholdsFor(policy, of);
  const waiting = states.filter((state) => {
    const { replication } = state;
    if (replication?.lag.kind !== 'known' || replication.lag.records === 0n) return false;
    // MM2 has all that it can read: an open transaction holds it up.
    if ((replication.replicatedTo ?? 0n) >= replication.readableEnd) return false;
    // A record that came since the last audit has not waited yet, even if its timestamp is old.
    const endBefore = observation.remembered?.sourceEnd(topic.topic, state.partition) ?? null;
    if (endBefore !== null && endBefore <= (replication.replicatedTo ?? 0n)) return false;
    // A backfill has old timestamps and may be in progress: only a mirror that does not move is stalled.
    const moved = lastProgress(state);
    if (moved !== null && mirrorTime(observation) - Number(moved) <= mirrorStalledMs) return false;
    return replication.waitingSince !== null && observation.at - Number(replication.waitingSince) > mirrorStalledMs;
  });
  const worst = worstOf(waiting, ({ replication }) => BigInt(observation.at) - (replication?.waitingSince ?? 0n));
  if (worst === null) return [];
  const age = observation.at - Number(worst.replication?.waitingSince ?? 0n);
  const areNew = waiting.every((state) => mayHaveJustCome(observation, state));
  // Without the syncs or the target's log, what MM2 has brought since cannot be seen.
  const isSeen = (state: PartitionState) =>
    !areOld(observation.syncs) && (state.target !== null || state.targetMissing);
  const isSure = waiting.some(
    (state) => isSeen(state) && !mayHaveJustCome(observation, state) && waitsAtLeast(state) !== 0n,
  );
  const doubt = areNew ? 'they may have just come' : 'the target may have them';
  const seconds = (age / 1000).toFixed(0);
  const life = liveness.state === 'alive' ? 'MM2 is alive, but' : 'nothing shows whether MM2 runs, and';
  return [
    makeFinding(
      'MIRROR_STALLED',
      { topic: topic.topic, partition: worst.partition },
      isSure
        ? `${life} records of ${topic.topic} have waited ${seconds} s (${counted(waiting.length, 'partition')})`
        : `${life} records of ${topic.topic} wait that are ${seconds} s old by their timestamps; ${doubt} (${counted(waiting.length, 'partition')})`,
      { partitions: waiting.length, oldestWaitingMs: worst.replication?.waitingSince ?? null },
      isSure ? 'critical' : 'warning',
    ),
  ];
}

/**
 * Whether a waiting record is older than MM2's last progress, and no earlier audit read the log's end. A backfill has
 * old timestamps: such a record may have arrived a moment ago. The next audit will know.
 */
function mayHaveJustCome({ remembered }: FlowObservation, state: PartitionState): boolean {
  const moved = lastProgress(state);
  const since = state.replication?.waitingSince ?? null;
  const isFirst = (remembered?.sourceEnd(state.topic.topic, state.partition) ?? null) === null;
  return isFirst && moved !== null && since !== null && since < moved;
}

/** When MM2 last acknowledged an offset of this partition, ms. */
function lastProgress({ history, connect }: PartitionState): bigint | null {
  const newest = history?.newestWritten() ?? -1;
  const sync = history !== null && newest >= 0 ? history.timestamp(newest) : null;
  const committed = connect?.timestamp ?? null;
  if (sync === null || committed === null) return sync ?? committed;
  return sync > committed ? sync : committed;
}

/**
 * Surpluses of the last day: a producer that still writes makes new ones. Of old ones the source may have no records to
 * compare.
 */
function foreignWrites({ observation, topic, states }: TopicContext): Finding[] {
  if (observation.flow.exactlyOnce) return [];
  const foreign = sumOf(states, ({ mapping, partition, cuts }) => {
    let records = mapping?.surplusAtEnd ?? 0n;
    for (const { right, records: surplus } of mapping?.surplusStretches() ?? []) {
      const isRecent = observation.at - Number(right.timestamp) < RECENT_MS;
      if (isRecent && !right.accounted) records += surplus;
    }
    // MM2 mirrored these from the source before the source log was cut.
    const past = pastCuts(observation.remembered, 'source', topic.topic, partition);
    for (const { side, at, reached } of [...past, ...cuts]) if (side === 'source') records -= reached - at;
    return records > 0n ? records : 0n;
  });
  if (foreign === null) return [];
  const { records, partitions, worst } = foreign;
  return [
    makeFinding(
      'FOREIGN_WRITES',
      { topic: topic.targetTopic, partition: worst.partition },
      `${topic.targetTopic} holds ${counted(records, 'record')} more than MM2's syncs account for: another producer writes to it, or MM2 wrote them again after a restart and no sync shows it`,
      { records, partitions },
    ),
  ];
}

function writtenAgain({ topic, states }: TopicContext): Finding[] {
  const again = sumOf(states, ({ mapping }) => {
    if (mapping === null) return 0n;
    let records = 0n;
    for (let i = mapping.first; i + 1 < mapping.length; i++) {
      const offsets = mapping.upstream(i + 1) - mapping.upstream(i);
      if (offsets <= 0n) records += mapping.downstream(i + 1) - mapping.downstream(i) - offsets;
    }
    // Of other surpluses only comparing tells that they are copies.
    for (const surplus of mapping.surplusStretches()) if (surplus.right.accounted) records += surplus.records;
    return records;
  });
  if (again === null) return [];
  const { records, partitions, worst } = again;
  return [
    makeFinding(
      'RECORDS_DUPLICATED',
      { topic: topic.targetTopic, partition: worst.partition },
      `MM2 wrote up to ${counted(records, 'record')} of ${topic.topic} twice after restarts`,
      { records, partitions },
    ),
  ];
}

function abortedMirrored({ observation, topic, states }: TopicContext): Finding[] {
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
