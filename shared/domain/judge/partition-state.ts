import { type BegunBehind, begunBehind, begunBy } from '../mirror/breaks/begun-behind.ts';
import type { Cut, PastCut } from '../mirror/breaks/cut.ts';
import { withoutOlderSyncs } from '../mirror/breaks/older-syncs.ts';
import { type PossiblyCut, possiblyCut } from '../mirror/breaks/possible-cuts.ts';
import { type SyncsSince, sinceCutOf } from '../mirror/breaks/since-cut.ts';
import { withoutCut } from '../mirror/breaks/without-cut.ts';
import { type Voided, withoutRefuted } from '../mirror/breaks/without-refuted.ts';
import { hasHoleBefore, lastBreak } from '../mirror/epoch.ts';
import { PartitionMapping } from '../mirror/mapping.ts';
import {
  type ObservedConnectOffset,
  type Replication,
  type ReplicationEvidence,
  reckonedEnd,
  replicationOf,
} from '../mirror/replication.ts';
import { mayPredateSource } from '../mirror/source-epoch.ts';
import { beforeStepBack, inTargetOrder } from '../mirror/sync-order.ts';
import { SyncHistory } from '../mirror/syncs/sync-history.ts';
import { isNewLog } from '../mirror/translation.ts';
import type { LogOffsets } from '../model/cluster.ts';
import { least } from '../model/offsets.ts';
import type { Outcome, Unread } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { PartitionReport } from '../model/report.ts';
import { goneWithTarget, type MissingStretch, missingStretches } from './missing-stretches.ts';
import { type FlowObservation, knownOf, type ObservedTopic } from './observation.ts';
import type { RecordEvidence } from './record-evidence.ts';
import {
  cutOffsOf,
  cutsOf,
  idChanged,
  isRecent,
  isTargetReplaced,
  knownAt,
  logsNow,
  pastCuts,
  RECENT_MS,
  sourceCutAt,
} from './remembered-logs.ts';
import { type SourceEpoch, sourceEpoch } from './source-topic.ts';

/** Everything that one audit knows of one partition of a flow. */
export interface PartitionState {
  readonly topic: ObservedTopic;
  readonly partition: number;
  readonly source: LogOffsets | null;
  /** Null if it could not be read or does not exist; `targetMissing` says which. */
  readonly target: LogOffsets | null;
  readonly targetMissing: boolean;
  readonly unread: Unread | null;
  readonly history: SyncHistory | null;
  /** Null if no mapping is possible: no syncs were read, or the end of the target log could not be read. */
  readonly mapping: PartitionMapping | null;
  readonly connect: ObservedConnectOffset | null;
  readonly replication: Replication | null;
  /** How it is known that the source topic is not the one that the syncs are about; null if that is not known. */
  readonly sourceRecreated: SourceEpoch['kind'];
  readonly targetRecreatedById: boolean;
  /** The source topic was replaced, and nothing shows whether the newest sync is about the one before. */
  readonly newestMayBeOfEarlier: boolean;
  /** Whether the epoch began within the last day: earlier audits have reported what happened before. */
  readonly epochIsRecent: boolean;
  /**
   * Syncs before these indexes are known to be about other topics of the same names; 0 if there are none. If
   * `targetMayBeCut`, only the length of the target log shows it: it may be the same one, cut.
   */
  readonly recreatedAt: {
    readonly source: number;
    readonly target: number;
    readonly sourceMayBeCut: boolean;
    readonly targetMayBeCut: boolean;
  };
  /** Index of the sync whose records have to be compared to find out whether the source topic is still the same. */
  readonly doubted: number | null;
  /**
   * A sync whose records show, if they are the same one, that the syncs are of one target log though their downstream
   * offsets go back; null if they do not, or the records are gone.
   */
  readonly doubtedOrder: { readonly upstream: bigint; readonly downstream: bigint } | null;
  /** The oldest such sync: if only the newest were about the present topic, the clocks alone would not explain it. */
  readonly doubtedFirst: number | null;
  /** Source offset that corresponds to the target's end by dead reckoning; null if that is not possible. */
  readonly reckoned: bigint | null;
  /** Source records that exist, are not on the present target log, and are not on their way to it. */
  readonly missing: readonly MissingStretch[];
  /** Cuts of logs that this audit found: syncs beyond a cut no longer hold. */
  readonly cuts: readonly Cut[];
  /** Syncs whose records have to be compared to find out whether MM2 wrote them after a cut of the source log. */
  readonly sinceCut: SyncsSince;
  /** What there is to compare about a cut of the source log that an earlier audit noticed; null if there is nothing. */
  readonly behindCut: BegunBehind | null;
  readonly records: RecordEvidence;
}

const NOTHING_COMPARED: NonNullable<RecordEvidence['sinceCut']> = new Map();

/** The states of all partitions of a flow before any probe, in the order of topics and partitions. */
export function partitionStates(observation: FlowObservation, records: RecordEvidence = {}): PartitionState[] {
  return observation.topics.flatMap((topic) =>
    topic.source.map((_, partition) => partitionState(observation, topic, partition, records)),
  );
}

/** The same states with the evidence from records. Only states with new evidence are computed again. */
export function withEvidence(
  observation: FlowObservation,
  states: readonly PartitionState[],
  evidence: PartitionMap<RecordEvidence>,
): readonly PartitionState[] {
  if (evidence.isEmpty) return states;
  return states.map((state) => {
    const { topic, partition, records } = state;
    const found = evidence.get(topic.topic, partition);
    if (found === undefined) return state;
    const holes = new Map([...(records.holes ?? []), ...(found.holes ?? [])]);
    return partitionState(observation, topic, partition, {
      ...records,
      ...found,
      ...(holes.size === 0 ? {} : { holes }),
    });
  });
}

/** The states that `withEvidence` has computed again, by those that they were before. */
export function changedStates(
  before: readonly PartitionState[],
  after: readonly PartitionState[],
): ReadonlyMap<PartitionState, PartitionState> {
  const changed = new Map<PartitionState, PartitionState>();
  if (before === after) return changed;
  for (const [index, state] of before.entries()) {
    const now = after[index];
    if (now !== undefined && now !== state) changed.set(state, now);
  }
  return changed;
}

/** How far the partition is mirrored, and what waits. */
export function lagOf({ replication, unread }: PartitionState): Pick<PartitionReport, 'lag' | 'replicatedTo'> {
  if (replication !== null) return { replicatedTo: replication.replicatedTo, lag: replication.lag };
  const reason = unread?.message ?? 'the source partition could not be read';
  return { replicatedTo: null, lag: { kind: 'unknown', reason } };
}

/** Puts together what is known of one partition; `records` is what the probes found, empty before they ran. */
export function partitionState(
  observation: FlowObservation,
  topic: ObservedTopic,
  partition: number,
  records: RecordEvidence,
): PartitionState {
  const sourceOutcome = topic.source[partition];
  const targetOutcome = topic.target?.[partition];
  const targetMissing = targetOutcome === undefined;
  const source = sourceOutcome?.kind === 'read' ? sourceOutcome.value : null;
  const target = targetOutcome?.kind === 'read' ? targetOutcome.value : null;
  const { read, doubtedOrder } = orderedSyncs(observation, topic, partition, { source, target }, records);
  const syncs = read ?? new SyncHistory();
  const logsThen = logsNow(observation, topic, partition, syncs, { source, target }, records);
  // A log without a sync can be cut as well: what MM2 writes later begins behind the cut.
  const past = pastCuts(observation.remembered, 'source', topic.topic, partition);
  const shortened = withoutCut(syncs, logsThen, sinceCutOf(records.sinceCut ?? NOTHING_COMPARED));
  const remaining = withoutOlderSyncs(shortened, records.behindCut, past);
  const cut = { ...remaining, history: read === null ? null : remaining.history };
  const { cuts, known } = cut;
  const voided = records.refutations?.flatMap(({ voids }) => voids ?? []) ?? NONE_VOIDED;
  const history = cut.history === null ? null : withoutRefuted(cut.history, voided);
  const connect =
    observation.connectOffsets.kind === 'read'
      ? (observation.connectOffsets.value.get(topic.topic, partition) ?? null)
      : null;

  const outcome = topic.firstRecords[partition];
  const first = outcome?.kind === 'read' ? outcome.value : 'unknown';
  const firstUnread = source === null ? null : unreadOf(outcome);
  const { remembered } = observation;
  const targetChanged = idChanged(observation, 'target', topic.targetTopic, topic.targetId);
  const targetRecreatedAt = Math.max(
    history === null ? 0 : lastBreak(history, 'newTarget'),
    targetChanged === null ? 0 : knownAt({ history, known }, remembered, targetChanged),
  );
  const targetEndBefore = logsThen.sameTargetSince === null ? null : leftOf(logsThen.targetEndBefore, cuts);
  const targetCuts = cutsOf(observation, 'target', topic.targetTopic, partition, cuts);
  const logs = { source, target, targetFirst: targetRecreatedAt, targetEndBefore, targetCuts };
  const epoch = sourceEpoch(
    observation,
    topic,
    { history, known },
    logs,
    firstUnread === null ? first : 'unread',
    records,
  );

  const cutOffs = cutOffsOf(observation, topic, partition, cuts);
  // The id of the topic was the same before these syncs, or the log is known to have been cut: what is there now came after
  // that cut.
  const isCutInstead =
    epoch.kind === 'records' && history !== null && (history.watched < epoch.certainAt || cutOffs.length > 0);
  const valid = Math.max(epoch.recreatedAt, targetRecreatedAt);
  const possible = source === null ? cutUnseen(observation, history, valid, logsThen.knownWithSource) : null;
  const mapping =
    history === null || target === null
      ? null
      : new PartitionMapping({
          history: possible?.history ?? history,
          target: { start: target.start, end: target.highWatermark },
          exactlyOnce: observation.flow.exactlyOnce,
          // Nobody can look either where the source does not answer, nor where no new sync could be read: MM2 may have begun
          // again since.
          tailUnknown: records.reckoning === 'refuted' || source === null || areOld(observation.syncs),
          ...(source === null
            ? {}
            : {
                sourceStart: source.start,
                sourceEnd: source.highWatermark,
                mayPredateSource: mayPredateSource(history, first, source.start),
              }),
          sourceRecreatedAt: epoch.recreatedAt,
          sourceChanged: epoch.kind === 'topic-id',
          sourceInDoubt: epoch.certainAt < epoch.recreatedAt || isCutInstead,
          targetRecreatedAt,
          targetCuts,
          sourceCuts: possible === null ? cutOffs : [...cutOffs, possible.cut],
        });
  const end = source?.highWatermark ?? 0n;
  const reckoned = mapping === null || source === null ? null : reckonedEnd(mapping, end);
  const anchor =
    records.reckoning === 'confirmed' && reckoned !== null && target !== null
      ? { upstream: reckoned - 1n, downstream: target.highWatermark - 1n }
      : (records.tail ?? null);
  const anchored = mapping === null || anchor === null ? mapping : mapping.endingAt(anchor);
  const counted =
    source === null
      ? null
      : replicationOf({
          source,
          mapping: anchored,
          history,
          connect,
          targetEnd: targetMissing ? 0n : (target?.highWatermark ?? null),
          isolation: observation.flow.isolationLevel,
          inTransactions: observation.flow.exactlyOnce,
          first: first === 'unknown' ? null : first,
          mayBeRecreated: epoch.kind !== null,
          sourceCutAt: sourceCutAt(observation, topic, partition, history, cuts),
          syncsMayLack: areOld(observation.syncs) || epoch.kind === 'doubt',
          cutOffs,
          reckoning: reckoningOf(records, target),
          waiting: records.waiting ?? null,
        });
  // The syncs name other records than those that are there: nothing shows what of the source is on the target.
  const isUnsure = records.behindCut !== undefined && begunBy(records.behindCut)?.kind === 'unsure';
  const isRefuted =
    isUnsure || voided.length > 0 || (mapping?.cause === 'records-refuted' && mapping.first >= mapping.length);
  const replication = counted !== null && isRefuted ? { ...counted, ...UNCOUNTED } : counted;

  return {
    topic,
    partition,
    source,
    target,
    targetMissing,
    unread: unreadOf(sourceOutcome) ?? unreadOf(targetOutcome) ?? firstUnread,
    history,
    mapping: anchored,
    connect,
    replication,
    sourceRecreated: epoch.kind,
    targetRecreatedById:
      targetChanged !== null ||
      (targetRecreatedAt > 0
        ? isRecent(observation, history, targetRecreatedAt)
        : history?.length === 0 && history.breaksBeforeNext('newTarget')),
    newestMayBeOfEarlier: mapping?.mayPredateSource === true && mapping.hadEarlierSource,
    epochIsRecent: mapping !== null && isRecent(observation, history, mapping.first),
    recreatedAt: {
      source: mapping?.cause === 'source-shortened' ? mapping.first : epoch.certainAt,
      target: mapping?.cause === 'target-shortened' ? mapping.first : targetRecreatedAt,
      sourceMayBeCut:
        mapping?.cause === 'source-shortened' ||
        isCutInstead ||
        (epoch.kind === 'earlier' && history !== null && hasHoleBefore(history, epoch.certainAt)),
      targetMayBeCut: mapping?.cause === 'target-shortened',
    },
    doubted: epoch.doubted,
    doubtedOrder,
    doubtedFirst: epoch.doubtedFirst,
    reckoned,
    missing:
      topic.target === null && (history !== null || connect !== null)
        ? goneWithTarget(source, replication)
        : missingStretches(replication, records, epoch.certainAt < epoch.recreatedAt || mayHoldHead(mapping)),
    cuts,
    sinceCut: cut.since,
    behindCut: begunBehindPast(past, observation.at, { history, mapping, source, target }),
    records,
  };
}

const NONE_VOIDED: readonly Voided[] = [];

/** Whether only the length of the source log voids all syncs: if it was cut, what they are about is there anyway. */
function mayHoldHead(mapping: PartitionMapping | null): boolean {
  return mapping?.cause === 'source-shortened' && mapping.first >= mapping.length;
}

function begunBehindPast(
  past: readonly PastCut[],
  at: number,
  { history, mapping, source, target }: Pick<PartitionState, 'history' | 'mapping' | 'source' | 'target'>,
): BegunBehind | null {
  if (history === null || mapping === null || source === null || target === null) return null;
  const starts = { source: source.start, target: target.start };
  for (const cut of past) {
    if (at - cut.noticedAt > RECENT_MS) continue;
    const begun = begunBehind(mapping, history.length, cut, starts);
    if (begun !== null) return begun;
  }
  return null;
}

/**
 * What of a history holds in any case while nobody can read the source log; null if that is all of it.
 * @param first index of the first sync about the present logs
 */
function cutUnseen(
  { at, remembered }: FlowObservation,
  history: SyncHistory | null,
  first: number,
  known: number,
): PossiblyCut | null {
  if (history === null) return null;
  // As of a time, and without a history, nothing tells which syncs that audit read first.
  const from = remembered === null ? history.watched : Math.min(known, history.watched);
  return possiblyCut(history, Math.max(first, lastBreak(history, 'newSource')), from, at);
}

/** The syncs in the order of the target log, where looking at records has shown that there is only one. */
function orderedSyncs(
  observation: FlowObservation,
  topic: ObservedTopic,
  partition: number,
  { source, target }: Pick<PartitionState, 'source' | 'target'>,
  { order }: RecordEvidence,
): { readonly read: SyncHistory | null; readonly doubtedOrder: PartitionState['doubtedOrder'] } {
  const read =
    knownOf(observation.syncs)?.histories.get(topic.topic, partition) ??
    replacedTopics(observation, topic, partition, target);
  const none = { read, doubtedOrder: null };
  if (read === null || source === null || target === null) return none;
  if (idChanged(observation, 'target', topic.targetTopic, topic.targetId) !== null) return none;
  const before = beforeStepBack(read);
  if (before === null || before.upstream < source.start || before.upstream >= source.highWatermark) return none;
  if (before.downstream < target.start || before.downstream >= target.highWatermark) return none;
  return { read: order === 'same' ? inTargetOrder(read) : read, doubtedOrder: before };
}

/** Of a partition without a sync: what topics of its names were replaced; null if none were. */
function replacedTopics(
  observation: FlowObservation,
  topic: ObservedTopic,
  partition: number,
  target: LogOffsets | null,
): SyncHistory | null {
  // Where syncs are read, what earlier audits noticed comes with them.
  const before = observation.syncs.kind === 'off' ? observation.remembered?.syncs(topic.topic, partition) : null;
  const history = before?.length === 0 ? before.copy() : new SyncHistory();
  const isTargetNew = isTargetReplaced(observation, topic);
  if (isTargetNew) history.breakBeforeNext('newTarget');
  // On a target log without a record, and without one before, nothing is of an earlier topic.
  const mayHoldEarlier = isTargetNew || (topic.target !== null && !isNewLog(target));
  const isSourceNew = idChanged(observation, 'source', topic.topic, topic.sourceId) !== null;
  if (isSourceNew && mayHoldEarlier) history.breakBeforeNext('newSource');
  return history.pendingBreaks === 0 ? null : history;
}

/** What is known of the target's last record. If the target has deleted it, no look can ever confirm a reckoning. */
function reckoningOf({ reckoning, tail }: RecordEvidence, target: LogOffsets | null): ReplicationEvidence['reckoning'] {
  const isGone = target !== null && target.start >= target.highWatermark;
  // The mapping ends with it now: an earlier look was where the mapping led before.
  if (tail !== undefined && tail.downstream + 1n === target?.highWatermark) return 'confirmed';
  return reckoning ?? (isGone ? 'refuted' : 'unchecked');
}

const UNCOUNTED = {
  lag: { kind: 'unknown', reason: 'the records contradict the offset syncs: what is on the target is not known' },
  holes: [],
} as const;

/** How much of what a target log held when it was last read is still there. */
function leftOf(endBefore: bigint | null, cuts: readonly Cut[]): bigint | null {
  const ends = cuts.flatMap(({ side, at }) => (side === 'target' ? [at] : []));
  return endBefore === null ? null : ends.reduce(least, endBefore);
}

function unreadOf(outcome: Outcome<unknown> | undefined): Unread | null {
  return outcome?.kind === 'unread' ? outcome.unread : null;
}

/** Whether the syncs that are known were read by an earlier audit, and could not be read now. */
export function areOld({ kind }: FlowObservation['syncs']): boolean {
  return kind === 'unread' || kind === 'missing';
}
