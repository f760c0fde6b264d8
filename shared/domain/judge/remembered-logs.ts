import { type Cut, type PastCut, readUpTo, withoutCopies } from '../mirror/breaks/cut.ts';
import type { LogsNow } from '../mirror/breaks/logs-now.ts';
import type { CutOff } from '../mirror/coverage/cut-off.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { LogOffsets } from '../model/cluster.ts';
import type { ClusterRole } from '../model/flow.ts';
import { greatest } from '../model/offsets.ts';
import type { FlowObservation, ObservedTopic, OutgrownEpoch, RememberedFlow } from './observation.ts';
import type { RecordEvidence } from './record-evidence.ts';

/** When a topic was last seen with another id than now (ms), or null. */
export function idChanged(
  { remembered }: FlowObservation,
  role: ClusterRole,
  topic: string,
  id: string | null,
): bigint | null {
  const before = remembered?.topics[role].get(topic);
  return before === undefined || id === null || before.id === id ? null : BigInt(before.seenAt);
}

/** When an earlier audit saw the topic with the id that it has now (ms), or null. */
export function sameSince(
  { remembered }: FlowObservation,
  role: ClusterRole,
  topic: string,
  id: string | null,
): number | null {
  const before = remembered?.topics[role].get(topic);
  return before === undefined || before.id !== id ? null : before.seenAt;
}

/** Whether an event is recent enough to report. An older one still cuts the mapping, but was reported before. */
export function isRecent({ at }: FlowObservation, history: SyncHistory | null, index: number): boolean {
  if (history === null || index >= history.length) return true;
  return at - Number(history.timestamp(index)) < RECENT_MS;
}

/** A past event is reported for this long: ms. */
export const RECENT_MS = 24 * 60 * 60_000;

/** Where the source log was cut, now or at an earlier audit, if MM2 has written no sync since. */
export function sourceCutAt(
  observation: FlowObservation,
  { topic, targetTopic }: Pick<ObservedTopic, 'topic' | 'targetTopic'>,
  partition: number,
  history: SyncHistory | null,
  cuts: readonly Cut[],
): bigint | null {
  // A cut leaves the mapping open until the next sync.
  if (history?.breaksBeforeNext('hole') !== true || history.breaksBeforeNext('newTarget')) return null;
  const newest = history.length === 0 ? null : Number(history.timestamp(history.length - 1));
  const all = cutsOf(observation, 'source', topic, partition, cuts);
  // A cut of the target log may have left the mapping open since. Else it was the last one of the source log, also if
  // MM2's clock is ahead of ours.
  const ofTarget = wasCut(observation, targetTopic, partition, cuts);
  // None of those since the newest sync was repaired by the next one.
  const since = all.filter(
    ({ noticedAt }, i) => (i === all.length - 1 && !ofTarget) || newest === null || noticedAt > newest,
  );
  return since.reduce<bigint | null>((lowest, { at }) => (lowest === null || at < lowest ? at : lowest), null);
}

/** Whether the target log is known to have been cut, now or at an earlier audit. */
export function wasCut(observation: FlowObservation, topic: string, partition: number, cuts: readonly Cut[]): boolean {
  return cutsOf(observation, 'target', topic, partition, cuts).length > 0;
}

/** How many of the syncs that were read now an earlier audit had read. */
function knownLength({ remembered }: FlowObservation, topic: string, partition: number, read: SyncHistory): number {
  const before = remembered?.syncs(topic, partition) ?? null;
  return before === null ? 0 : read.commonLength(before);
}

export interface ReadSyncs {
  readonly history: SyncHistory | null;
  /** How many of them earlier audits have read. */
  readonly known: number;
}

/**
 * How many syncs were written up to the last audit that saw a topic id. What it had read counts, not the times: MM2's
 * clock is not ours. The time of that audit (ms) decides only if it could not read the syncs.
 * @param targetEnd the end of the same target log at the last audit, or null: MM2 wrote a record behind it later
 */
export function knownAt(
  { history, known }: ReadSyncs,
  remembered: RememberedFlow | null,
  time: bigint,
  targetEnd: bigint | null = null,
): number {
  if (history === null || remembered?.syncsRead === true) return known;
  const isLater = (index: number): boolean => targetEnd !== null && history.downstream(index) >= targetEnd;
  let count = known;
  while (count < history.length && history.timestamp(count) <= time && !isLater(count)) count++;
  return count;
}

/** Whether another target topic has the name since the last audit. */
export function isTargetReplaced(
  observation: FlowObservation,
  { targetTopic, targetId }: Pick<ObservedTopic, 'targetTopic' | 'targetId'>,
): boolean {
  return idChanged(observation, 'target', targetTopic, targetId) !== null;
}

/** What cuts of the source log took, oldest first. */
export function cutOffsOf(
  observation: FlowObservation,
  topic: Pick<ObservedTopic, 'topic' | 'targetTopic' | 'targetId' | 'committedBeyond'>,
  partition: number,
  cuts: readonly Cut[],
): readonly CutOff[] {
  const read = topic.committedBeyond?.get(partition);
  const isReplaced = isTargetReplaced(observation, topic);
  return cutsOf(observation, 'source', topic.topic, partition, cuts).map((one) => {
    const then = isReplaced && one.noticedAt < observation.at ? withoutCopies(one) : one;
    const cut = readUpTo(then, read);
    const { acknowledged = cut.reached, copies = cut.reached - cut.at, ...known } = cut;
    return { ...known, records: copies, atLeast: acknowledged - cut.at };
  });
}

/** The cuts of one log that earlier audits noticed, and the one that this audit found; oldest first. */
export function cutsOf(
  { remembered, cuts: then = [], at }: FlowObservation,
  side: ClusterRole,
  topic: string,
  partition: number,
  cuts: readonly Cut[],
): readonly (Cut & Pick<PastCut, 'noticedAt'>)[] {
  const past = pastCuts(remembered ?? { cuts: then }, side, topic, partition);
  if (cuts.length === 0) return past;
  const now = cuts.filter((cut) => cut.side === side).map((cut) => ({ noticedAt: at, ...cut }));
  return [...past, ...now];
}

const NO_CUTS: readonly PastCut[] = [];

/**
 * Cuts of one log that earlier audits noticed, oldest first; `topic` as that side names it. Of a topic that was replaced
 * since, the history keeps none.
 */
export function pastCuts(
  remembered: Pick<RememberedFlow, 'cuts'> | null,
  side: ClusterRole,
  topic: string,
  partition: number,
): readonly PastCut[] {
  const cuts = remembered?.cuts ?? NO_CUTS;
  // Almost always, and an audit asks for every partition several times.
  if (cuts.length === 0) return NO_CUTS;
  return cuts.filter((cut) => cut.side === side && cut.topic === topic && cut.partition === partition);
}

/** What is known of a partition's two logs, now and from the last audit. */
export function logsNow(
  observation: FlowObservation,
  { topic, targetTopic, sourceId, targetId, epochEnds, outgrown }: ObservedTopic,
  partition: number,
  read: SyncHistory,
  logs: { readonly source: LogOffsets | null; readonly target: LogOffsets | null },
  { reckoning }: RecordEvidence,
): LogsNow {
  const { remembered } = observation;
  const known = knownLength(observation, topic, partition, read);
  const readsSource = remembered?.readsSource(topic) === true;
  const ofAudits = {
    sourceEndBefore: remembered?.sourceEnd(topic, partition) ?? null,
    sourceEpochBefore: remembered?.sourceEpoch(topic, partition) ?? null,
    sourceEpochEnd: epochEnds?.source.get(partition) ?? null,
    sameSourceSince: sameSince(observation, 'source', topic, sourceId),
    knownWithSource: Math.min(known, read.watched),
  };
  const past = pastCuts(remembered, 'source', topic, partition);
  return {
    ...withCommits(ofAudits, outgrown?.get(partition), past, observation.at),
    sourceStart: logs.source?.start ?? null,
    sourceEnd: logs.source?.highWatermark ?? null,
    sourceEpoch: logs.source?.leaderEpoch ?? null,
    targetEnd: logs.target?.highWatermark ?? null,
    targetEndBefore: remembered?.targetEnd(targetTopic, partition) ?? null,
    targetEpochEnd: epochEnds?.target.get(partition) ?? null,
    sameTargetSince: sameSince(observation, 'target', targetTopic, targetId),
    known,
    sourceCuts: readsSource ? past : NO_CUTS,
    knewAll: remembered?.syncsRead === true,
    targetEndConfirmed: reckoning === 'confirmed',
  };
}

type SourceLogBefore = Pick<
  LogsNow,
  'sourceEndBefore' | 'sourceEpochBefore' | 'sourceEpochEnd' | 'sameSourceSince' | 'knownWithSource'
>;

/**
 * What commits show of the source log before, if that is more than audits know: nobody may have audited it before the cut,
 * or the cut took only what no audit had seen. Which syncs are older than such a cut is not known.
 */
function withCommits(
  ofAudits: SourceLogBefore,
  outgrown: OutgrownEpoch | undefined,
  past: readonly PastCut[],
  at: number,
): SourceLogBefore {
  if (outgrown === undefined) return ofAudits;
  const { leaderEpoch, end, committed } = outgrown;
  const isKnown = past.some((cut) => cut.at <= end && (cut.tail === undefined || cut.tail.epoch >= leaderEpoch));
  if (isKnown) return ofAudits;
  const { sourceEndBefore, sourceEpochEnd, sourceEpochBefore } = ofAudits;
  const reached = sourceEndBefore === null ? committed : greatest(sourceEndBefore, committed);
  const seen = sourceEndBefore !== null && sourceEpochEnd !== null && sourceEpochEnd < sourceEndBefore;
  if (seen && sourceEpochEnd <= end) {
    // If the present log has records of that epoch, it was of the log behind the cut, and a later cut took its end.
    const isOfOneCut = sourceEpochBefore !== null && sourceEpochEnd === end;
    const newest = isOfOneCut ? Math.max(sourceEpochBefore, leaderEpoch) : sourceEpochBefore;
    return { ...ofAudits, sourceEndBefore: reached, sourceEpochBefore: newest };
  }
  return {
    sourceEndBefore: reached,
    sourceEpochBefore: leaderEpoch,
    sourceEpochEnd: end,
    sameSourceSince: ofAudits.sameSourceSince ?? at,
    knownWithSource: 0,
  };
}
