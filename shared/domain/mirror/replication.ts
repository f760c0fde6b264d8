import type { LogOffsets, Peek } from '../model/cluster.ts';
import { isTime } from '../model/record-time.ts';
import type { Lag } from '../model/report.ts';
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
  /** The target has no such partition, or never had a record in it. */
  readonly nothingYet: boolean;
  /** Isolation level of MM2's consumer. */
  readonly isolation: 'read_uncommitted' | 'read_committed';
  /** Time of the present source log's first record where it is known to be a recreated topic. */
  readonly recreatedSince: bigint | null;
  /** Whether the target's last record is the copy of the source record that dead reckoning says it is. */
  readonly reckoning: 'confirmed' | 'refuted' | 'unchecked';
  /** What a look at the source from an offset on found. */
  readonly waiting: { readonly from: bigint; readonly peek: Peek } | null;
}

/** How far the mirror is, what waits, and what it will never bring. */
export interface Replication {
  readonly replicatedTo: bigint | null;
  readonly lag: Lag;
  /** End of what MM2's consumer can read: high watermark, or last stable offset under read_committed. */
  readonly end: bigint;
  /** Records deleted on the source before MM2 got to them. */
  readonly deletedBefore: bigint;
  /** Time (ms) of the first record that waits. */
  readonly waitingSince: bigint | null;
  /** The source is shorter than what MM2 says it read. */
  readonly sourceShorter: boolean;
}

/**
 * Replication lag from outside MM2. Proven progress comes from MM2's acknowledgements (offset syncs, Connect's
 * offsets) and from compared records; dead reckoning from the target's end only narrows it, and never where the
 * target holds anything that MM2 did not bring.
 */
export function replicationOf(evidence: ReplicationEvidence): Replication {
  const { source, mapping } = evidence;
  const acknowledged = acknowledgedTo(evidence);
  const end = readableEnd(evidence, acknowledged.next);
  const base = { end, sourceShorter: acknowledged.beyondEnd };
  if (acknowledged.next === null) {
    // Nothing is on the target yet, or MM2's consumer is out of range: it begins at the log's begin.
    if (acknowledged.beyondEnd || evidence.nothingYet) {
      const waiting = waitingFrom(evidence, source.start, end, 'estimated');
      return { ...base, ...waiting, deletedBefore: 0n };
    }
    return {
      ...base,
      replicatedTo: null,
      lag: { kind: 'unknown', reason: 'MM2 has acknowledged nothing of this partition' },
      deletedBefore: 0n,
      waitingSince: null,
    };
  }
  const deletedBefore = source.start > acknowledged.next ? source.start - acknowledged.next : 0n;
  const from = source.start > acknowledged.next ? source.start : acknowledged.next;
  const reckoned = mapping === null ? null : reckonedEnd(mapping, end);
  if (reckoned !== null && reckoned > from) {
    if (evidence.reckoning === 'confirmed') {
      return { ...base, ...waitingFrom(evidence, reckoned, end, 'proven'), deletedBefore };
    }
    // While MM2 writes records again, the target's end says nothing of how far it is.
    if (evidence.reckoning === 'unchecked' && mapping?.settled === mapping?.length) {
      return { ...base, ...waitingFrom(evidence, reckoned, end, 'estimated'), deletedBefore };
    }
  }
  return { ...base, ...waitingFrom(evidence, from, end, 'proven'), deletedBefore };
}

/**
 * The source offset that the target's end would stand for if every target record behind the newest sync were the next
 * source record: dead reckoning, to be confirmed by comparing the last one. Null where it cannot be so.
 */
export function reckonedEnd(mapping: PartitionMapping, end: bigint): bigint | null {
  if (mapping.hasForeign || mapping.first >= mapping.length || mapping.surplusAtEnd > 0n) return null;
  const newest = mapping.newest();
  const next = newest.upstream + (mapping.target.end - newest.downstream);
  return next > end ? null : next;
}

function acknowledgedTo(evidence: ReplicationEvidence): { next: bigint | null; beyondEnd: boolean } {
  const { source, mapping, history, connect, recreatedSince } = evidence;
  let next: bigint | null = null;
  let beyondEnd = false;
  const consider = (acknowledged: bigint | null) => {
    if (acknowledged === null) return;
    // A position that the source log does not reach is one in another log of that name.
    if (acknowledged >= source.highWatermark) beyondEnd = true;
    else if (next === null || acknowledged + 1n > next) next = acknowledged + 1n;
  };
  consider(mapping === null ? newestUpstream(history) : mapping.furthestUpstream());
  const stale = connect !== null && recreatedSince !== null && connect.timestamp < recreatedSince;
  if (connect !== null && !stale) consider(connect.offset);
  if (next === null) {
    // MM2 does not notice that a topic is another one: it goes on from where it was in the old one.
    consider(mapping?.lastVoid()?.upstream ?? null);
    if (stale) consider(connect.offset);
  }
  return { next, beyondEnd: beyondEnd && next === null };
}

function newestUpstream(history: SyncHistory | null): bigint | null {
  return history === null || history.length === 0 ? null : history.upstream(history.length - 1);
}

function readableEnd(evidence: ReplicationEvidence, next: bigint | null): bigint {
  const { source } = evidence;
  if (evidence.isolation === 'read_uncommitted') return source.highWatermark;
  // Whoever has read past the last stable offset does not read committed records only.
  return next !== null && next > source.lastStableOffset ? source.highWatermark : source.lastStableOffset;
}

function waitingFrom(
  evidence: ReplicationEvidence,
  from: bigint,
  end: bigint,
  basis: 'proven' | 'estimated',
): Pick<Replication, 'replicatedTo' | 'lag' | 'waitingSince'> {
  if (from >= end)
    return {
      replicatedTo: from,
      lag: { kind: 'known', records: 0n, basis: provenIfEmpty(evidence, basis) },
      waitingSince: null,
    };
  const peek = evidence.waiting?.from === from ? evidence.waiting.peek : null;
  // Control records, aborted ones and compacted-away offsets do not wait for anybody.
  if (peek !== null && peek.record === null && peek.scannedTo >= end) {
    return { replicatedTo: end, lag: { kind: 'known', records: 0n, basis: 'proven' }, waitingSince: null };
  }
  const at = peek === null ? from : (peek.record?.offset ?? peek.scannedTo);
  const since = peek?.record?.timestamp ?? null;
  return {
    replicatedTo: at,
    lag: { kind: 'known', records: end - at, basis },
    waitingSince: since !== null && isTime(since) ? since : null,
  };
}

/** Of an empty log nothing can wait, whatever MM2 says of it. */
function provenIfEmpty({ source }: ReplicationEvidence, basis: 'proven' | 'estimated'): 'proven' | 'estimated' {
  return source.start === source.highWatermark ? 'proven' : basis;
}
