import type { Refutation } from '../compare/verify-position.ts';
import { type Cut, type LogsNow, type SyncsSince, withoutCut, withoutRefuted } from '../mirror/breaks.ts';
import type { CutOff, Hole } from '../mirror/coverage.ts';
import { lastBreak } from '../mirror/epoch.ts';
import { PartitionMapping } from '../mirror/mapping.ts';
import type { ObservedConnectOffset } from '../mirror/replication.ts';
import { type Replication, type ReplicationEvidence, reckonedEnd, replicationOf } from '../mirror/replication.ts';
import { mayPredateSource, syncsOlderThanSource } from '../mirror/source-epoch.ts';
import { beforeStepBack, inTargetOrder } from '../mirror/sync-order.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { Translation } from '../mirror/translation.ts';
import type { FirstRecord, LogOffsets, Peek } from '../model/cluster.ts';
import type { ClusterRole } from '../model/flow.ts';
import { greatest } from '../model/offsets.ts';
import type { Unread } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { PartitionReport } from '../model/report.ts';
import { type FlowObservation, knownOf, type ObservedTopic, type RememberedFlow } from './observation.ts';

/**
 * What single records showed about one partition. A field is absent if nothing was probed, or nothing could be read.
 */
export interface RecordEvidence {
  readonly waiting?: { readonly from: bigint; readonly peek: Peek };
  /** What looking into the stretches of source offsets without a counterpart showed, by `holeKey`. */
  readonly holes?: ReadonlyMap<string, HoleLook>;
  /** `ambiguous` if the record there has an equal neighbour on the source: the last record may be a copy of either. */
  readonly reckoning?: 'confirmed' | 'refuted' | 'ambiguous';
  /** Whether the records at the syncs of `PartitionState.sinceCut` are the same. */
  readonly sinceCut?: Partial<Readonly<Record<keyof SyncsSince, 'same' | 'different' | 'unknown'>>>;
  /** By index of the sync: whether source and target hold the same record there. */
  readonly syncs?: ReadonlyMap<number, 'same' | 'different' | 'unknown'>;
  /** Whether source and target hold the same record at `PartitionState.doubtedOrder`. */
  readonly order?: 'same' | 'different' | 'unknown';
  /** A read of a gap under read_committed: it lists the aborted transactions. */
  readonly aborted?: Peek;
  /** By source offset: where it lies on the target, after the records there were compared. */
  readonly verified?: ReadonlyMap<bigint, Translation>;
  /** The last target record and its original, if comparing showed that MM2 wrote nothing again after the newest sync. */
  readonly tail?: { readonly upstream: bigint; readonly downstream: bigint };
  /** Offsets for which the records contradict the syncs. */
  readonly refutations?: readonly Refutation[];
}

/** What a look into a hole found: the first record where it looked, or the number of records in the whole hole. */
export type HoleLook =
  | { readonly kind: 'peeked'; readonly peek: Peek }
  | { readonly kind: 'counted'; readonly records: bigint };

/** Names a hole within its partition. */
export function holeKey({ kind, from, until }: Hole): string {
  return `${kind} ${from}-${until}`;
}

/** A stretch of source offsets that are not all on the target. */
export interface MissingStretch {
  readonly hole: Hole;
  /** Records that are missing, at most. */
  readonly records: bigint;
  /** Whether some are missing for certain: a record was seen that has no counterpart. */
  readonly certain: boolean;
  /** So many of them for certain. */
  readonly atLeast: bigint;
}

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
  readonly sourceRecreated: 'topic-id' | 'earlier' | 'records' | 'doubt' | null;
  readonly targetRecreatedById: boolean;
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
  readonly sinceCut: SyncsSince | null;
  readonly records: RecordEvidence;
}

/** The states of all partitions of a flow before any probe, in the order of topics and partitions. */
export function partitionStates(observation: FlowObservation): PartitionState[] {
  return observation.topics.flatMap((topic) =>
    topic.source.map((_, partition) => partitionState(observation, topic, partition, {})),
  );
}

/** The same states with the evidence from records. Only states with new evidence are computed again. */
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
  const { oldest, newest } = records.sinceCut ?? {};
  const holding = oldest === 'same' ? 'oldest' : newest === 'same' ? 'newest' : null;
  const cut =
    read === null
      ? { history: null, cuts: [], known: 0, since: null }
      : withoutCut(read, logsNow(observation, topic, partition, read, { source, target }, records), holding);
  const { cuts, known } = cut;
  const voided = (records.refutations ?? []).flatMap(({ voids }) => voids ?? []);
  const history = cut.history === null ? null : withoutRefuted(cut.history, voided);
  const connect =
    observation.connectOffsets.kind === 'read'
      ? (observation.connectOffsets.value.get(topic.topic, partition) ?? null)
      : null;

  const outcome = topic.firstRecords[partition];
  const first = outcome?.kind === 'read' ? outcome.value : 'unknown';
  const { remembered } = observation;
  const targetChanged = idChanged(observation, 'target', topic.targetTopic, topic.targetId);
  const targetRecreatedAt = Math.max(
    history === null ? 0 : lastBreak(history, 'newTarget'),
    targetChanged === null ? 0 : knownAt({ history, known }, remembered, targetChanged),
  );
  const logs = { source, target, targetFirst: targetRecreatedAt };
  const epoch = sourceEpoch(observation, topic, { history, known }, logs, first, records);

  const mapping =
    history === null || target === null
      ? null
      : new PartitionMapping({
          history,
          target: { start: target.start, end: target.highWatermark },
          exactlyOnce: observation.flow.exactlyOnce,
          tailUnknown: records.reckoning === 'refuted' && records.tail === undefined,
          ...(source === null
            ? {}
            : {
                sourceStart: source.start,
                sourceEnd: source.highWatermark,
                mayPredateSource: mayPredateSource(history, first, source.start),
              }),
          sourceRecreatedAt: epoch.recreatedAt,
          sourceInDoubt: epoch.certainAt < epoch.recreatedAt,
          targetRecreatedAt,
          targetWasCut: wasCut(observation, topic.targetTopic, partition, cuts),
        });
  const recreatedSince = epoch.kind === null || first === null || first === 'unknown' ? null : first.timestamp;
  const counted =
    source === null
      ? null
      : replicationOf({
          source,
          mapping,
          history,
          connect,
          targetEnd: targetMissing ? 0n : (target?.highWatermark ?? null),
          isolation: observation.flow.isolationLevel,
          recreatedSince,
          sourceCutAt: sourceCutAt(observation, topic.topic, partition, history, cuts),
          syncsAreOld: areOld(observation.syncs),
          cutOff: lastCutOff(observation, topic.topic, partition, cuts),
          reckoning: reckoningOf(records, target),
          waiting: records.waiting ?? null,
        });
  // The syncs name other records than those that are there: nothing shows what of the source is on the target.
  const isRefuted = voided.length > 0 || (mapping?.cause === 'records-refuted' && mapping.first >= mapping.length);
  const replication = counted !== null && isRefuted ? { ...counted, ...UNCOUNTED } : counted;
  const reckoned = mapping === null || replication === null ? null : reckonedEnd(mapping, source?.highWatermark ?? 0n);
  const anchor =
    records.reckoning === 'confirmed' && reckoned !== null && target !== null
      ? { upstream: reckoned - 1n, downstream: target.highWatermark - 1n }
      : (records.tail ?? null);
  const anchored = mapping === null || anchor === null ? mapping : mapping.withAnchor(anchor);

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
      source: mapping?.cause === 'source-shortened' ? mapping.first : epoch.certainAt,
      target: mapping?.cause === 'target-shortened' ? mapping.first : targetRecreatedAt,
      sourceMayBeCut: mapping?.cause === 'source-shortened',
      targetMayBeCut: mapping?.cause === 'target-shortened',
    },
    doubted: epoch.doubted,
    doubtedOrder,
    doubtedFirst: epoch.doubtedFirst,
    reckoned,
    missing:
      topic.target === null && (history !== null || connect !== null)
        ? goneWithTarget(source, replication)
        : missingStretches(replication, records, epoch.certainAt < epoch.recreatedAt),
    cuts,
    sinceCut: cut.since,
    records,
  };
}

/** The syncs in the order of the target log, where looking at records has shown that there is only one. */
function orderedSyncs(
  observation: FlowObservation,
  topic: ObservedTopic,
  partition: number,
  { source, target }: Pick<PartitionState, 'source' | 'target'>,
  { order }: RecordEvidence,
): { readonly read: SyncHistory | null; readonly doubtedOrder: PartitionState['doubtedOrder'] } {
  const read = knownOf(observation.syncs)?.histories.get(topic.topic, partition) ?? null;
  const none = { read, doubtedOrder: null };
  if (read === null || source === null || target === null) return none;
  if (idChanged(observation, 'target', topic.targetTopic, topic.targetId) !== null) return none;
  const before = beforeStepBack(read);
  if (before === null || before.upstream < source.start || before.upstream >= source.highWatermark) return none;
  if (before.downstream < target.start || before.downstream >= target.highWatermark) return none;
  return { read: order === 'same' ? inTargetOrder(read) : read, doubtedOrder: before };
}

/** What is known of the target's last record. If the target has deleted it, no look can ever confirm a reckoning. */
function reckoningOf({ reckoning }: RecordEvidence, target: LogOffsets | null): ReplicationEvidence['reckoning'] {
  const isGone = target !== null && target.start >= target.highWatermark;
  if (reckoning === undefined) return isGone ? 'refuted' : 'unchecked';
  return reckoning === 'ambiguous' ? 'refuted' : reckoning;
}

const UNCOUNTED = {
  lag: { kind: 'unknown', reason: 'the records contradict the offset syncs: what is on the target is not known' },
  holes: [],
} as const;

function logsNow(
  observation: FlowObservation,
  { topic, targetTopic, sourceId, targetId, epochEnds }: ObservedTopic,
  partition: number,
  read: SyncHistory,
  logs: Pick<PartitionState, 'source' | 'target'>,
  { reckoning }: RecordEvidence,
): LogsNow {
  const { remembered } = observation;
  return {
    sourceEnd: logs.source?.highWatermark ?? null,
    targetEnd: logs.target?.highWatermark ?? null,
    sourceEndBefore: remembered?.sourceEnd(topic, partition) ?? null,
    targetEndBefore: remembered?.targetEnd(targetTopic, partition) ?? null,
    sourceEpochEnd: epochEnds?.source.get(partition) ?? null,
    targetEpochEnd: epochEnds?.target.get(partition) ?? null,
    sameSourceSince: sameSince(observation, 'source', topic, sourceId),
    sameTargetSince: sameSince(observation, 'target', targetTopic, targetId),
    known: knownLength(observation, topic, partition, read),
    knewAll: remembered?.syncsRead === true,
    targetEndConfirmed: reckoning === 'confirmed',
  };
}

function unreadOf(outcome: ObservedTopic['source'][number] | undefined): Unread | null {
  return outcome?.kind === 'unread' ? outcome.unread : null;
}

/** When a topic was last seen with another id than now (ms), or null. */
function idChanged(
  { remembered }: FlowObservation,
  role: ClusterRole,
  topic: string,
  id: string | null,
): bigint | null {
  const before = remembered?.topics[role].get(topic);
  return before === undefined || id === null || before.id === id ? null : BigInt(before.seenAt);
}

/** When an earlier audit saw the topic with the id that it has now (ms), or null. */
function sameSince(
  { remembered }: FlowObservation,
  role: ClusterRole,
  topic: string,
  id: string | null,
): number | null {
  const before = remembered?.topics[role].get(topic);
  return before === undefined || before.id !== id ? null : before.seenAt;
}

/** Whether an event is recent enough to report. An older one still cuts the mapping, but was reported before. */
function isRecent({ at }: FlowObservation, history: SyncHistory | null, index: number): boolean {
  if (history === null || index >= history.length) return true;
  return at - Number(history.timestamp(index)) < RECENT_MS;
}

/** A past event is reported for this long: ms. */
export const RECENT_MS = 24 * 60 * 60_000;

/** Where the source log was cut, now or at an earlier audit, if MM2 has written no sync since. */
function sourceCutAt(
  { remembered }: FlowObservation,
  topic: string,
  partition: number,
  history: SyncHistory | null,
  cuts: readonly Cut[],
): bigint | null {
  // A cut leaves the mapping open until the next sync.
  if (history?.breaksBeforeNext('hole') !== true || history.breaksBeforeNext('newTarget')) return null;
  const now = cuts.find(({ side }) => side === 'source');
  if (now !== undefined) return now.at;
  const past = (remembered?.cuts ?? []).findLast(
    (cut) => cut.side === 'source' && cut.topic === topic && cut.partition === partition,
  );
  return past?.at ?? null;
}

/** Whether the target log is known to have been cut, now or at an earlier audit. */
function wasCut({ remembered }: FlowObservation, topic: string, partition: number, cuts: readonly Cut[]): boolean {
  const past = remembered?.cuts ?? [];
  return (
    cuts.some(({ side }) => side === 'target') ||
    past.some((cut) => cut.side === 'target' && cut.topic === topic && cut.partition === partition)
  );
}

/** How many of the syncs that were read now an earlier audit had read. */
function knownLength({ remembered }: FlowObservation, topic: string, partition: number, read: SyncHistory): number {
  const before = remembered?.syncs(topic, partition) ?? null;
  return before === null ? 0 : read.commonLength(before);
}

/** Whether the syncs that are known were read by an earlier audit, and could not be read now. */
export function areOld({ kind }: FlowObservation['syncs']): boolean {
  return kind === 'unread' || kind === 'missing';
}

interface ReadSyncs {
  readonly history: SyncHistory | null;
  /** How many of them earlier audits have read. */
  readonly known: number;
}

/**
 * How many syncs were written up to the last audit that saw a topic id. What it had read counts, not the times: MM2's
 * clock is not ours. The time of that audit (ms) decides only if it could not read the syncs.
 */
function knownAt({ history, known }: ReadSyncs, remembered: RememberedFlow | null, time: bigint): number {
  if (history === null || remembered?.syncsRead === true) return known;
  let count = known;
  while (count < history.length && history.timestamp(count) <= time) count++;
  return count;
}

/** Which syncs are about an earlier source topic of the same name. */
interface SourceEpoch {
  /** Those before this index, as far as is known. */
  readonly recreatedAt: number;
  /** Those before this index, for certain. */
  readonly certainAt: number;
  readonly kind: PartitionState['sourceRecreated'];
  readonly doubted: number | null;
  readonly doubtedFirst: number | null;
}

function sourceEpoch(
  observation: FlowObservation,
  topic: ObservedTopic,
  syncs: ReadSyncs,
  logs: Logs,
  first: FirstRecord | null | 'unknown',
  records: RecordEvidence,
): SourceEpoch {
  const unasked = { doubted: null, doubtedFirst: null };
  const none = { recreatedAt: 0, certainAt: 0, kind: null, ...unasked };
  const { history } = syncs;
  if (history === null) return none;
  if (observation.doubted?.has(topic.topic))
    return { recreatedAt: history.length, certainAt: 0, kind: 'doubt', ...unasked };
  const { source } = logs;
  const changed = idChanged(observation, 'source', topic.topic, topic.sourceId);
  const older = source === null || first === null || first === 'unknown' ? 0 : syncsOlderThanSource(history, first);
  // Syncs since an earlier audit saw this same topic cannot be about another one, whatever the clocks say.
  const same = sameSince(observation, 'source', topic.topic, topic.sourceId);
  const inDoubt = same === null ? older : Math.min(older, knownAt(syncs, observation.remembered, BigInt(same)));
  if (changed !== null) {
    const known = knownAt(syncs, observation.remembered, changed);
    const recreated = { kind: 'topic-id', certainAt: known, recreatedAt: known } as const;
    if (inDoubt <= known) return { ...recreated, ...unasked };
    // Syncs that look older than the new topic's records are of the old one, unless the clocks differ.
    return { ...recreated, ...settledBetween(history, known, inDoubt, logs, records) };
  }
  const noticed = lastBreak(history, 'newSource');
  const earlier = noticed > 0 && isRecent(observation, history, noticed) ? 'earlier' : null;
  const settled = { recreatedAt: noticed, certainAt: noticed, kind: earlier } as const;
  // What an earlier audit noticed stays, whatever is found of later syncs.
  if (inDoubt <= noticed || source === null) return noticed > 0 ? { ...settled, ...unasked } : none;
  const between = settledBetween(history, noticed, inDoubt, logs, records);
  if (between.recreatedAt === noticed) return { ...settled, ...between };
  return { kind: between.certainAt > noticed ? 'records' : 'doubt', ...between };
}

/**
 * Which of the syncs [known, inDoubt) are about an earlier source topic, by the records of the newest and of the oldest
 * that can be compared. Clocks that differ make genuine syncs look old: then both show the same record on both sides.
 */
function settledBetween(
  history: SyncHistory,
  known: number,
  inDoubt: number,
  logs: Logs,
  { syncs }: RecordEvidence,
): Omit<SourceEpoch, 'kind'> {
  const { newest = null, oldest = null } = comparableSyncs(history, known, inDoubt, logs);
  const asked = { doubted: newest, doubtedFirst: oldest };
  const found = newest === null ? undefined : syncs?.get(newest);
  if (found === 'different') return { recreatedAt: inDoubt, certainAt: inDoubt, ...asked };
  if (found !== 'same' || newest === null) return { recreatedAt: inDoubt, certainAt: known, ...asked };
  if (oldest === null || syncs?.get(oldest) !== 'different') return { recreatedAt: known, certainAt: known, ...asked };
  // The topic was replaced between the two. The next audit compares one that lies between them.
  return { recreatedAt: newest, certainAt: oldest + 1, ...asked };
}

/** The logs of both sides, and the index of the first sync that is about the present target log. */
interface Logs {
  readonly source: LogOffsets | null;
  readonly target: LogOffsets | null;
  readonly targetFirst: number;
}

/** The newest and the oldest sync of [from, until) whose records both logs still have. */
function comparableSyncs(
  history: SyncHistory,
  from: number,
  until: number,
  { source, target, targetFirst }: Logs,
): { readonly newest?: number; readonly oldest?: number } {
  let newest: number | undefined;
  let oldest: number | undefined;
  for (let i = history.length - 1; i >= from && i >= targetFirst; i--) {
    const [upstream, downstream] = [history.upstream(i), history.downstream(i)];
    const isThere = source !== null && upstream >= source.start && upstream < source.highWatermark;
    const isCopied = target === null || (downstream >= target.start && downstream < target.highWatermark);
    if (i < until && isThere && isCopied) {
      newest ??= i;
      oldest = i;
    }
    // Before this one, the syncs are about an earlier target log, or one that was cut.
    if (i > 0 && downstream <= history.downstream(i - 1)) break;
  }
  return newest === undefined || oldest === undefined ? {} : { newest, oldest };
}

/** What the last cut of the source log took. */
function lastCutOff(
  { remembered, at }: FlowObservation,
  topic: string,
  partition: number,
  cuts: readonly Cut[],
): CutOff | null {
  const now = cuts.find(({ side }) => side === 'source');
  if (now !== undefined) return { records: now.reached - now.at, noticedAt: at };
  const cut = (remembered?.cuts ?? []).findLast(
    (past) => past.side === 'source' && past.topic === topic && past.partition === partition,
  );
  return cut === undefined ? null : { records: cut.reached - cut.at, noticedAt: cut.noticedAt };
}

/** What MM2 mirrored before was deleted with the target topic. */
function goneWithTarget(source: LogOffsets | null, replication: Replication | null): MissingStretch[] {
  if (source === null || replication?.replicatedTo == null) return [];
  const { start: from } = source;
  const until = replication.replicatedTo;
  if (until <= from) return [];
  const place = { from, until };
  const hole = { kind: 'head', ...place, offsets: until - from, look: place, isPlace: true, index: null } as const;
  return [{ hole, records: hole.offsets, certain: true, atLeast: hole.offsets }];
}

/** @param doubted whether it is not known if the syncs hold: then it is not certain either what is missing */
function missingStretches(
  replication: Replication | null,
  { holes }: RecordEvidence,
  doubted: boolean,
): MissingStretch[] {
  return (replication?.holes ?? []).flatMap((hole) => {
    const { records, atLeast } = missingIn(hole, holes?.get(holeKey(hole)));
    if (records <= 0n) return [];
    return [
      doubted ? { hole, records, certain: false, atLeast: 0n } : { hole, records, certain: atLeast > 0n, atLeast },
    ];
  });
}

/** How many records of a hole are missing, at most and at least, by what a look into it showed. */
function missingIn(hole: Hole, look: HoleLook | undefined): Pick<MissingStretch, 'records' | 'atLeast'> {
  const { offsets, least = offsets, from, until, isPlace } = hole;
  if (look === undefined) return { records: offsets, atLeast: 0n };
  if (look.kind === 'counted') {
    // As many of these records have a counterpart as the target has room for.
    const records = greatest(0n, look.records - (until - from - offsets));
    return { records, atLeast: greatest(0n, records - (offsets - least)) };
  }
  const { record, scannedTo } = look.peek;
  if (record === null) return { records: scannedTo >= hole.look.until ? 0n : offsets, atLeast: 0n };
  if (!isPlace) return { records: offsets, atLeast: 0n };
  const records = hole.look.until - record.offset;
  return { records, atLeast: greatest(0n, records - (offsets - least)) };
}

/** Whether it was shown that a hole holds no record, so that later audits can skip it. */
export function isExplained(hole: Hole, look: HoleLook): boolean {
  return missingIn(hole, look).records === 0n;
}

/** Records that are missing, at most. */
export function missingRecords({ missing }: PartitionState): bigint {
  return missing.reduce((sum, { records }) => sum + records, 0n);
}
