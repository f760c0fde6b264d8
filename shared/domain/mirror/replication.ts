import type { FirstRecord, LogOffsets, Peek } from '../model/cluster.ts';
import { greatest } from '../model/offsets.ts';
import { isTime } from '../model/record-time.ts';
import type { Lag } from '../model/report.ts';
import { type Coverage, coverageOf } from './coverage/coverage.ts';
import { type CutOff, takenBy } from './coverage/cut-off.ts';
import { type Hole, holeOfUnknownPlace, holesBefore, perhapsLess } from './coverage/hole.ts';
import type { PartitionMapping } from './mapping.ts';
import type { SyncHistory } from './syncs/sync-history.ts';

/** Connect's committed source position of a partition. */
export interface ObservedConnectOffset {
  readonly offset: bigint;
  readonly timestamp: bigint;
}

/** What is known of how far one partition has been mirrored. */
export interface ReplicationEvidence {
  readonly source: LogOffsets;
  readonly mapping: PartitionMapping | null;
  readonly history: SyncHistory | null;
  readonly connect: ObservedConnectOffset | null;
  /** End of the target log, 0 if the target has no such partition; null if it could not be read. */
  readonly targetEnd: bigint | null;
  /** Isolation level of MM2's consumer. */
  readonly isolation: 'read_uncommitted' | 'read_committed';
  /** Whether MM2 writes in transactions. */
  readonly inTransactions: boolean;
  /** The present source log's first record; null if it has none, or if that could not be read. */
  readonly first: FirstRecord | null;
  /** Whether an earlier source topic had the same name, for certain or perhaps. */
  readonly mayBeRecreated: boolean;
  /**
   * Where the source log was cut, if MM2 has written no sync since: it continues where the log ended then, or begins
   * again. Else null.
   */
  readonly sourceCutAt: bigint | null;
  /**
   * MM2 may have acknowledged more than the syncs say: they are those of an earlier audit, or it is in doubt which of them
   * are about the present topic.
   */
  readonly syncsMayLack: boolean;
  /** What cuts took off the present source log, oldest first. */
  readonly cutOffs: readonly CutOff[];
  /** Whether the target's last record is the copy of the source record that dead reckoning says it is. */
  readonly reckoning: 'confirmed' | 'refuted' | 'ambiguous' | 'unchecked';
  /** What a probe of the source found, from an offset on. */
  readonly waiting: { readonly from: bigint; readonly peek: Peek } | null;
}

/** How far MM2 has mirrored, what waits, and what it will never mirror. */
export interface Replication {
  readonly replicatedTo: bigint | null;
  /**
   * MM2 may be here already: Connect has committed it, at a time before the present topic's first record. Clocks that
   * differ leave open which topic that is about. Null if there is no such commit.
   */
  readonly perhapsTo: bigint | null;
  readonly lag: Lag;
  /** MM2's consumer can read up to here: the high watermark, or the last stable offset under read_committed. */
  readonly readableEnd: bigint;
  /** How many of the offsets that wait the target may hold already: MM2 brought them before it began again. */
  readonly perhapsThere: bigint;
  /** Records deleted on the source before MM2 got to them. */
  readonly deletedBefore: bigint;
  /** Time (ms) of the first record that waits. */
  readonly waitingSince: bigint | null;
  /** The source log ends before offsets that MM2 says it read. */
  readonly sourceShorter: boolean;
  /** Source offsets before `replicatedTo` without a counterpart on the present target log. */
  readonly holes: readonly Hole[];
}

/**
 * Replication lag, measured from outside MM2. Two things have to agree: what MM2 acknowledges (offset syncs, Connect's
 * offsets), and what the present target log has room for. If the target has more than was acknowledged, dead reckoning
 * narrows the lag. If it has less, the difference is a hole.
 */
export function replicationOf(evidence: ReplicationEvidence): Replication {
  const { source, mapping } = evidence;
  const acknowledged = acknowledgedTo(evidence);
  const end = source.highWatermark;
  const base = {
    readableEnd: readableEnd(evidence, acknowledged.next),
    sourceShorter: acknowledged.beyondEnd,
    perhapsTo: acknowledged.perhaps,
  };
  const position = acknowledged.next;
  const coverage = mapping === null ? null : coverageOf(mapping, source, position, evidence.cutOffs);
  if (position === null) return withoutPosition(evidence, base);
  if (evidence.sourceCutAt !== null && coverage !== null) {
    // Everything below the cut is on the target as before, whatever MM2 had acknowledged beyond it.
    const covered = coverage.coveredTo(position);
    const cutAt = evidence.sourceCutAt < end ? evidence.sourceCutAt : end;
    const from = covered < cutAt ? covered : cutAt;
    const holes = holesBefore(coverage.holes, source, from);
    const perhapsThere = coverage.perhapsBeyond(from);
    return { ...base, ...waitingFrom(evidence, from, 'estimated'), perhapsThere, deletedBefore: 0n, holes };
  }

  const reckoned = mapping === null ? null : reckonedEnd(mapping, end);
  const reached =
    coverage !== null && mapping !== null ? sinceRestart(evidence, mapping, coverage, position) : position;
  const at = reckonedPosition(evidence, reached, reckoned);
  const from = at.next > source.start ? at.next : source.start;
  const deletedBefore = source.start > at.next ? source.start - at.next : 0n;
  const holes =
    mapping === null ? withoutMapping(evidence, position) : holesBefore(coverage?.holes ?? [], source, at.next);
  // Records in a transaction that is still open may be aborted. What MM2 acknowledged may be gone from the target,
  // and it acknowledged more than the syncs that a cut has left.
  const perhapsMore = mapping?.holeBehind === true && (evidence.connect === null || mapping.reach > at.next);
  const isOld = evidence.syncsMayLack || perhapsMore;
  const isDoubtful = acknowledged.perhaps !== null && acknowledged.perhaps > at.next;
  const isOpen = base.readableEnd < end || isOld || isDoubtful || isWithoutSync(mapping) || evidence.targetEnd === null;
  const basis = isOpen ? 'estimated' : at.basis;
  const perhapsThere = coverage?.perhapsBeyond(from) ?? 0n;
  return { ...base, ...waitingFrom(evidence, from, basis), perhapsThere, deletedBefore, holes };
}

function withoutPosition(
  evidence: ReplicationEvidence,
  base: Pick<Replication, 'readableEnd' | 'sourceShorter' | 'perhapsTo'>,
): Replication {
  const { source } = evidence;
  // Nothing is on the target yet, or MM2's consumer is out of range: it reads from the start of the log.
  if (base.sourceShorter || evidence.targetEnd === 0n) {
    const waiting = waitingFrom(evidence, source.start, 'estimated');
    return { ...base, ...waiting, perhapsThere: 0n, deletedBefore: 0n, holes: [] };
  }
  return {
    ...base,
    replicatedTo: null,
    lag: { kind: 'unknown', reason: 'MM2 has acknowledged nothing of this partition' },
    perhapsThere: 0n,
    deletedBefore: 0n,
    waitingSince: null,
    holes: [],
  };
}

/**
 * No sync could be read: only the length of the target log bounds what it lacks. Of a log that is written in transactions,
 * up to half can be their markers.
 */
function withoutMapping({ source, targetEnd, cutOffs, inTransactions }: ReplicationEvidence, position: bigint): Hole[] {
  if (targetEnd === null) return [];
  const { records, atLeast } = takenBy(cutOffs);
  const markers = inTransactions ? targetEnd / 2n : 0n;
  const there = greatest(0n, targetEnd - markers - records);
  return holeOfUnknownPlace(source, position, there).map((hole) => perhapsLess(hole, records - atLeast + markers));
}

/** Whether all syncs are void, and nothing shows which records the present target log holds. */
function isWithoutSync(mapping: PartitionMapping | null): boolean {
  if (mapping === null || mapping.first < mapping.length || mapping.length === 0) return false;
  return mapping.target.end > mapping.began;
}

/** While MM2 writes records again after a restart, the records that it mirrored before are still on the target. */
function sinceRestart(
  { reckoning }: ReplicationEvidence,
  mapping: PartitionMapping,
  coverage: Coverage,
  position: bigint,
): bigint {
  const furthest = mapping.furthestUpstream();
  if (furthest === null || furthest < position) return position;
  const covered = reckoning === 'confirmed' ? coverage.coveredTo(position) : coverage.syncedTo(position);
  return covered > furthest + 1n ? furthest + 1n : covered;
}

function reckonedPosition(
  { reckoning, mapping, source }: ReplicationEvidence,
  position: bigint,
  reckoned: bigint | null,
): { readonly next: bigint; readonly basis: 'proven' | 'estimated' } {
  // Among markers nothing tells how many records MM2 wrote after what it has acknowledged.
  const mayBeFurther = mapping?.inTransactions === true && mapping.reach > position;
  if (mayBeFurther && position < source.highWatermark) return { next: position, basis: 'estimated' };
  if (reckoned === null || reckoned <= position) return { next: position, basis: 'proven' };
  if (reckoning === 'confirmed') return { next: reckoned, basis: 'proven' };
  // While MM2 writes records again, the target's end does not show how far it is.
  const settled = mapping?.settled === mapping?.length;
  if (reckoning === 'unchecked' && settled) return { next: reckoned, basis: 'estimated' };
  // MM2 may be as far as that: equal records do not tell.
  if (reckoning === 'ambiguous') return { next: position, basis: 'estimated' };
  return { next: position, basis: 'proven' };
}

/**
 * The source offset that corresponds to the target's end if every target record after the newest sync is the next
 * source record. This is dead reckoning: comparing the last record has to confirm it. Null if it is impossible.
 */
export function reckonedEnd(mapping: PartitionMapping, end: bigint): bigint | null {
  if (mapping.hasForeign || mapping.first >= mapping.length) return null;
  return mapping.reach > end ? null : mapping.reach;
}

/** Where MM2 continues, as far as it acknowledged; `beyondEnd` if the source log does not reach that far. */
function acknowledgedTo(evidence: ReplicationEvidence): {
  readonly next: bigint | null;
  readonly perhaps: bigint | null;
  readonly beyondEnd: boolean;
} {
  const { source, mapping, history, connect } = evidence;
  let next: bigint | null = null;
  let beyondEnd = false;
  const consider = (acknowledged: bigint | null) => {
    if (acknowledged === null) return;
    // A position beyond the source log is in another log of that name, or in a part that was cut off.
    if (acknowledged >= source.highWatermark) beyondEnd = true;
    else if (next === null || acknowledged + 1n > next) next = acknowledged + 1n;
  };
  const newest = mapping === null ? newestOf(history) : mapping.newestAcknowledged();
  const stale = connect !== null && (isOfEarlierTopic(connect, evidence) || isBeforeCut(connect, evidence));
  const latest = newest !== null && connect !== null && newest.timestamp > connect.timestamp;
  consider(newest?.upstream ?? null);
  // Connect's offset is older than a sync that went back: MM2 has begun again since.
  const isBelow = latest && newest !== null && newest.upstream < connect.offset;
  const overtaken = isBelow && (wentBack(mapping, connect.offset) || isRefuted(evidence, connect.offset));
  if (connect !== null && !stale && !overtaken) consider(connect.offset);
  if (next === null) {
    // MM2 does not notice that another topic replaced this one: it continues from its offset in the old one.
    consider(mapping?.lastVoid()?.upstream ?? null);
    if (stale) consider(connect.offset);
  }
  const isPerhaps = stale && connect.offset < source.highWatermark;
  return { next, perhaps: isPerhaps ? connect.offset + 1n : null, beyondEnd: beyondEnd && next === null };
}

/** Whether Connect committed the offset before the record was there, or before the topic's first one. */
function isOfEarlierTopic(
  { offset, timestamp }: ObservedConnectOffset,
  { first, mayBeRecreated }: Pick<ReplicationEvidence, 'first' | 'mayBeRecreated'>,
): boolean {
  if (first === null || timestamp >= first.timestamp) return false;
  return mayBeRecreated || offset >= first.offset;
}

/** Whether Connect committed the offset before an audit noticed that the log was cut there: MM2 may have begun again since. */
function isBeforeCut(
  { offset, timestamp }: ObservedConnectOffset,
  { cutOffs }: Pick<ReplicationEvidence, 'cutOffs'>,
): boolean {
  return cutOffs.some(({ at, noticedAt }) => offset >= at && Number(timestamp) < noticedAt);
}

/**
 * Whether the target has room for all up to an offset, and its last record is not the one that this suggests: MM2 may have
 * begun again, and what fills the room is of another producer.
 */
function isRefuted({ mapping, reckoning }: ReplicationEvidence, offset: bigint): boolean {
  return reckoning === 'refuted' && mapping !== null && mapping.reach > offset;
}

/** Whether earlier syncs of the present logs reached an offset that the newest one is below. */
function wentBack(mapping: PartitionMapping | null, offset: bigint): boolean {
  if (mapping === null) return false;
  const furthest = mapping.furthestUpstream();
  return mapping.cause !== 'first-known' || (furthest !== null && furthest >= offset);
}

function newestOf(history: SyncHistory | null): { readonly upstream: bigint; readonly timestamp: bigint } | null {
  return history === null || history.length === 0 ? null : history.at(history.length - 1);
}

function readableEnd(evidence: ReplicationEvidence, next: bigint | null): bigint {
  const { source } = evidence;
  if (evidence.isolation === 'read_uncommitted') return source.highWatermark;
  // A consumer that has read past the last stable offset reads more than committed records.
  return next !== null && next > source.lastStableOffset ? source.highWatermark : source.lastStableOffset;
}

/** Everything from an offset to the end of the source log waits, unless a probe showed that it holds no record. */
function waitingFrom(
  evidence: ReplicationEvidence,
  from: bigint,
  basis: 'proven' | 'estimated',
): Pick<Replication, 'replicatedTo' | 'lag' | 'waitingSince'> {
  const end = evidence.source.highWatermark;
  if (from >= end)
    return {
      replicatedTo: from,
      lag: { kind: 'known', records: 0n, basis: provenIfEmpty(evidence, basis) },
      waitingSince: null,
    };
  const peek = evidence.waiting?.from === from ? evidence.waiting.peek : null;
  // Markers, aborted records and compacted offsets are not waiting to be mirrored.
  if (peek !== null && peek.record === null && peek.scannedTo >= end) {
    const shown = from <= evidence.source.start ? 'proven' : basis;
    return { replicatedTo: end, lag: { kind: 'known', records: 0n, basis: shown }, waitingSince: null };
  }
  const at = peek === null ? from : (peek.record?.offset ?? peek.scannedTo);
  const since = peek?.record?.timestamp ?? null;
  return {
    replicatedTo: at,
    lag: { kind: 'known', records: end - at, basis },
    waitingSince: since !== null && isTime(since) ? since : null,
  };
}

/** In an empty log nothing can wait, whatever MM2 acknowledged. */
function provenIfEmpty({ source }: ReplicationEvidence, basis: 'proven' | 'estimated'): 'proven' | 'estimated' {
  return source.start === source.highWatermark ? 'proven' : basis;
}
