import type { Severity } from '../../../contract/finding-codes.ts';
import type { PastCut } from '../../mirror/breaks/cut.ts';
import { begunAgain, mostWritten } from '../../mirror/earlier-runs.ts';
import type { PartitionMapping } from '../../mirror/mapping.ts';
import { counted } from '../../model/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { flowName } from '../../model/flow.ts';
import { greatest } from '../../model/offsets.ts';
import { thresholdsFor } from '../audit-rules.ts';
import type { MissingStretch } from '../missing-stretches.ts';
import type { PartitionState } from '../partition-state.ts';
import { RECENT_MS } from '../remembered-logs.ts';
import { between } from './between.ts';
import { makeFinding } from './make-finding.ts';
import type { TopicContext } from './topic-context.ts';
import { sumOf, worstOf } from './worst-of.ts';

export function lostToRetention({ topic, states }: TopicContext): Finding[] {
  const lost = sumOf(states, (state) => (knownDeleted(state) > 0n ? deletedBeforeMirrored(state) : 0n));
  if (lost === null) return [];
  const { records, partitions, worst } = lost;
  const atLeast = states.reduce((sum, state) => sum + greatest(0n, knownDeleted(state)), 0n);
  return [
    makeFinding(
      'RECORDS_LOST_TO_RETENTION',
      { topic: topic.topic, partition: worst.partition },
      `${between(atLeast, records, 'offset')} of ${topic.topic} ${records === 1n ? 'was' : 'were'} deleted on the source before MM2 mirrored them`,
      { records, partitions, sourceStart: worst.source?.start ?? null },
      severityOfDeletion(states, records, partitions),
    ),
  ];
}

/** A few deleted offsets may have been transaction markers. Nothing shows that once they are deleted. */
function severityOfDeletion(states: readonly PartitionState[], records: bigint, partitions: number): Severity {
  if (states.some((state) => surelyDeletedBefore(state) > 0n)) return 'critical';
  return records <= USUAL_MARKERS * BigInt(partitions) ? 'info' : 'warning';
}

/** Of the offsets deleted before MM2 mirrored them, how many it cannot have mirrored. A few of them may have been markers. */
export function surelyDeletedBefore(state: PartitionState): bigint {
  // Once MM2 is past them, nobody can look whether they held records.
  const bound = (state.replication?.deletedBefore ?? 0n) === 0n ? RARE_MARKERS : USUAL_MARKERS;
  return moreThan(bound, knownDeleted(state));
}

/**
 * Of the offsets deleted before MM2 mirrored them, how many the target has no room for; below 0 if it has more. MM2's
 * acknowledgements are late: the target may hold records of them. It may have mirrored others before it began again.
 */
function knownDeleted(state: PartitionState): bigint {
  const waiting = state.replication?.deletedBefore ?? 0n;
  if (waiting === 0n) return jumpedOver(state).least;
  const { mapping, target, targetMissing } = state;
  const end = targetMissing ? 0n : target?.highWatermark;
  if (end === undefined) return 0n;
  const isMapped = mapping !== null && mapping.first < mapping.length;
  // Markers among the copies make it open how far those before the newest sync led.
  const last = isMapped ? (mapping.inTransactions ? mapping.at(mapping.first) : mapping.newest()) : null;
  const behind = end - (last === null ? 0n : last.downstream + 1n);
  const newest = mapping === null ? 0 : mapping.length - 1;
  const start = state.source?.start ?? 0n;
  const before = isMapped ? writtenBefore(mapping, newest, { from: mapping.upstream(newest) + 1n, until: start }) : 0n;
  return waiting - behind - before;
}

function moreThan(bound: bigint, offsets: bigint): bigint {
  return offsets > bound ? offsets : 0n;
}

/**
 * Offsets that were deleted before MM2 reached them, or that MM2 jumped over. After such a jump it continued exactly at
 * the start of the log. But a gap there can also be a transaction marker or compaction, because retention cuts logs at
 * batches. So a gap counts only if it stands out among the mapping's gaps.
 */
export function deletedBeforeMirrored(state: PartitionState): bigint {
  const waiting = state.replication?.deletedBefore ?? 0n;
  return waiting > 0n ? waiting : jumpedOver(state).most;
}

/** Whether offsets were deleted where MM2 continued, and it is not known whether they held records that it had not mirrored. */
export function mayBeDeletedBefore(state: PartitionState): boolean {
  return gapAtBegin(state).gap > 0n;
}

const NONE = { most: 0n, least: 0n };

/** Of the deleted offsets that MM2 jumped over: all, and those that it cannot have mirrored before it began again. */
function jumpedOver(state: PartitionState): { readonly most: bigint; readonly least: bigint } {
  const { gap, written, elsewhere } = gapAtBegin(state);
  const least = gap - written;
  return least > elsewhere && least > USUAL_MARKERS ? { most: gap, least } : NONE;
}

/** Source offsets without a counterpart: directly before the start of the source log, and between all other syncs. */
function gapAtBegin({ mapping, source }: PartitionState) {
  let [gap, written, elsewhere] = [0n, 0n, 0n];
  if (mapping === null || source === null || source.start === 0n) return { gap, written, elsewhere };
  for (let i = mapping.first; i + 1 < mapping.length; i++) {
    const [left, right] = [mapping.pair(i), mapping.pair(i + 1)];
    const missing = right.upstream - left.upstream - (right.downstream - left.downstream);
    if (missing <= 0n) continue;
    if (right.upstream !== source.start) elsewhere += missing;
    else [gap, written] = [missing, writtenBefore(mapping, i, { from: left.upstream + 1n, until: right.upstream })];
  }
  return { gap, written, elsewhere };
}

/** At most how many of some deleted source offsets MM2 may have mirrored before it began again, up to the sync at `index`. */
function writtenBefore(
  mapping: PartitionMapping,
  index: number,
  range: { readonly from: bigint; readonly until: bigint },
): bigint {
  const { first, began } = mapping;
  // The syncs before the first known one are lost: they may have been of any offsets.
  const unknown = first < mapping.length && mapping.holeBefore(first) ? mapping.at(first).downstream - began : 0n;
  const again = begunAgain(mapping, first, index);
  return again === null ? unknown : unknown + mostWritten(mapping, first, again, range);
}

/** A commit or abort marker, and the marker of a transaction that wrote nothing. */
const USUAL_MARKERS = 2n;

/** So many markers in a row are not seen, and compaction, which leaves longer gaps, does not move the start of a log. */
const RARE_MARKERS = 100n;

export function headNeverMirrored({ topic, states }: TopicContext): Finding[] {
  const head = sumOf(states.filter(beganLate), ({ missing }) =>
    missing.reduce((sum, { hole, records, certain }) => (hole.kind === 'head' && certain ? sum + records : sum), 0n),
  );
  if (head === null) return [];
  const { records, partitions, worst } = head;
  return [
    makeFinding(
      'HEAD_NEVER_MIRRORED',
      { topic: topic.topic, partition: worst.partition },
      `the first ${records === 1n ? 'offset' : `${records} offsets`} of ${topic.topic} ${records === 1n ? 'was' : 'were'} never mirrored: MM2 started after them`,
      { records, partitions },
    ),
  ];
}

/** Whether the target log lacks its head because MM2 began behind it. A log that was cut or replaced may have had it. */
function beganLate({ mapping, targetRecreatedById, topic: { target } }: PartitionState): boolean {
  if (targetRecreatedById) return false;
  if (mapping === null) return target !== null;
  return mapping.cause === 'first-known' && mapping.targetCuts.length === 0;
}

/** Records that the source holds and the present target log lacks, though MM2 is past them. */
export function neverMirrored({ topic, states }: TopicContext, toldOfRecreation: boolean): Finding[] {
  const found = sumOf(states, (state) => sumOfStretches(certainOf(state, toldOfRecreation)));
  if (found === null) return [];
  const { records, partitions, worst } = found;
  const longest = worstOf(certainOf(worst, toldOfRecreation), (stretch) => stretch.records);
  const { from, until } = longest?.hole ?? { from: 0n, until: 0n };
  const atLeast = states
    .flatMap((state) => certainOf(state, toldOfRecreation))
    .reduce((sum, one) => sum + one.atLeast, 0n);
  return [
    makeFinding(
      'RECORDS_NEVER_MIRRORED',
      { topic: topic.topic, partition: worst.partition },
      `${between(atLeast, records, 'record')} of ${topic.topic} ${records === 1n ? 'is' : 'are'} not on the target, and MM2 is past ${records === 1n ? 'it' : 'them'}: it jumped ahead, or the target lost ${records === 1n ? 'it' : 'them'}`,
      { records, partitions, fromOffset: from, untilOffset: until },
    ),
  ];
}

/**
 * Without a head that was never mirrored, and without what was lost with a recreated topic: they have findings of their
 * own.
 */
function certainOf(state: PartitionState, toldOfRecreation: boolean): readonly MissingStretch[] {
  const { missing, mapping } = state;
  const isOurs = (kind: MissingStretch['hole']['kind']): boolean => {
    if (kind === 'head') return mapping !== null && !beganLate(state) && !toldOfRecreation;
    return kind !== 'anywhere' || !toldOfRecreation;
  };
  return missing.filter(({ hole, certain }) => certain && isOurs(hole.kind));
}

/** Offsets without a counterpart that no audit has explained yet. */
export function unaccounted({ topic, states }: TopicContext): Finding[] {
  const found = sumOf(states, ({ missing }) => sumOfStretches(missing.filter(({ certain }) => !certain)));
  if (found === null) return [];
  const { records, partitions, worst } = found;
  return [
    makeFinding(
      'RECORDS_UNACCOUNTED',
      { topic: topic.topic, partition: worst.partition },
      `${counted(records, 'source offset')} of ${topic.topic} ${records === 1n ? 'has' : 'have'} no counterpart on the target; no audit has shown yet whether records are missing there`,
      { offsets: records, partitions },
    ),
  ];
}

function sumOfStretches(stretches: readonly MissingStretch[]): bigint {
  return stretches.reduce((sum, { records }) => sum + records, 0n);
}

/** A log that an unclean leader election or a truncation has cut within the last day. */
export function logsCut({ topic, states, observation }: TopicContext): Finding[] {
  const { at, remembered, flow } = observation;
  return (['source', 'target'] as const).flatMap((side) => {
    const name = side === 'source' ? topic.topic : topic.targetTopic;
    const past = (remembered?.cuts ?? []).filter(
      (cut) => cut.side === side && cut.topic === name && at - cut.noticedAt < RECENT_MS,
    );
    const now = states.flatMap(({ partition, cuts }) =>
      cuts.filter((cut) => cut.side === side).map((cut) => ({ noticedAt: at, ...cut, topic: name, partition })),
    );
    const found = sumOf<PastCut>([...past, ...now], (cut) => cut.reached - cut.at);
    if (found === null) return [];
    const { records, partitions: cuts, worst } = found;
    const ofWorst = [...past, ...now].filter(({ partition }) => partition === worst.partition);
    const { at: cutAt, atMost = cutAt } = ofWorst.reduce((lowest, one) => (one.at < lowest.at ? one : lowest), worst);
    const sure = sumOf<PastCut>([...past, ...now], (cut) => cut.reached - (cut.atMost ?? cut.at))?.records ?? 0n;
    const place = atMost > cutAt ? `between the offsets ${cutAt} and ${atMost}` : `at offset ${cutAt}`;
    const reached = ofWorst.reduce((most, one) => greatest(most, one.reached), worst.reached);
    return [
      makeFinding(
        side === 'source' ? 'SOURCE_LOG_CUT' : 'TARGET_LOG_CUT',
        { topic: name, partition: worst.partition, cluster: flow[side] },
        `the log of ${name} was cut ${place}; as far as is known, it had reached ${reached}: ${between(sure, records, 'offset')} ${records === 1n ? 'was' : 'were'} cut off`,
        { records, cuts, cutAt, reached, noticedMs: worst.noticedAt },
      ),
    ];
  });
}

/** A read_committed mirror cannot pass a transaction that stays open. */
export function transactionOpen({ topic, states, observation, policy }: TopicContext): Finding[] {
  const { flow, at } = observation;
  if (flow.isolationLevel !== 'read_committed') return [];
  const of = { flow: flowName(flow), finding: 'SOURCE_TRANSACTION_OPEN', topic: topic.topic } as const;
  const { mirrorStalledMs } = thresholdsFor(policy, of);
  const found = sumOf(states, ({ replication, source }) => {
    if (replication?.replicatedTo == null || source === null) return 0n;
    const isAtEnd =
      replication.readableEnd < source.highWatermark && replication.replicatedTo >= replication.readableEnd;
    const since = replication.waitingSince;
    const isOld = since !== null && at - Number(since) > mirrorStalledMs;
    return isAtEnd && isOld ? source.highWatermark - replication.readableEnd : 0n;
  });
  if (found === null) return [];
  const { records, partitions, worst } = found;
  return [
    makeFinding(
      'SOURCE_TRANSACTION_OPEN',
      { topic: topic.topic, partition: worst.partition },
      `a transaction on ${topic.topic} stays open: MM2 reads committed records only and cannot pass it; ${counted(records, 'offset waits', 'offsets wait')} behind it`,
      { offsets: records, partitions, lastStableOffset: worst.source?.lastStableOffset ?? null },
    ),
  ];
}
