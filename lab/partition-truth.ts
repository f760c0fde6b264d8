import type { PartitionRecords } from './partition-records.ts';

/** Marks a target record whose id no source record has: a foreign record, or one that the source has deleted. */
const FOREIGN = -1;

/**
 * The truth about one mirrored partition: all source and target records, matched by the id that each record carries.
 * For a group that committed source offset `u` and continues at target position `p`:
 *
 * - re-reads are the target records at or after `p` whose source offset is below `u`;
 * - skips are the distinct source records at or after `u` that are on the target but have no copy at or after `p`.
 *
 * Records that an earlier truth of the same topic has, and that the source has deleted since, also count: re-reads do
 * not depend on retention. Only the count of lost records separates them.
 *
 * After an unclean election the source has other records at the offsets of those that it lost. A commit with a leader epoch
 * tells which of them the group has read: those below its offset that were written in that epoch or before.
 */
export class PartitionTruth {
  /** The present source records. */
  readonly source: PartitionRecords;
  readonly target: PartitionRecords;
  /** All known source records, including deleted ones. */
  readonly #known: readonly KnownRecord[];
  /** Records that an unclean election took off the source, and whose offsets it has again. */
  readonly #replaced: readonly KnownRecord[];
  /** Source offset of every target record. */
  readonly #sourceOffsets: Float64Array;
  /** Target offset of the last copy of every known source record; NaN if there is none. */
  readonly #lastCopies: Float64Array;
  /** Ids of records whose copies the target has deleted. */
  readonly #expired: ReadonlySet<string>;
  /** By key: the furthest source offset that has a copy; empty unless the target compacts. */
  readonly #newestCopies = new Map<string, number>();

  /**
   * @param sameTarget the earlier truth was about the same target topic: a copy before the present log start existed,
   * and was deleted by retention or by hand
   * @param compacts whether the target topic is compacted: it keeps the newest copy of a key only
   */
  constructor(
    source: PartitionRecords,
    target: PartitionRecords,
    previous?: PartitionTruth,
    sameTarget = false,
    compacts = false,
  ) {
    this.source = source;
    this.target = target;
    this.#known = knownRecords(source, previous === undefined ? [] : previous.#known);
    this.#replaced = previous === undefined ? [] : [...previous.#replaced, ...replacedIn(source, previous.#known)];
    const indexes = new Map<string, number>();
    for (const [index, { id }] of this.#known.entries()) if (id !== '') indexes.set(id, index);
    this.#sourceOffsets = new Float64Array(target.ids.length);
    this.#lastCopies = new Float64Array(this.#known.length).fill(Number.NaN);
    for (const [position, id] of target.ids.entries()) {
      const index = indexes.get(id);
      this.#sourceOffsets[position] = index === undefined ? FOREIGN : (this.#known[index]?.offset ?? FOREIGN);
      if (index !== undefined) this.#lastCopies[index] = at(target.offsets, position);
    }
    for (const [index, { offset, key }] of this.#known.entries()) {
      if (compacts && key !== '' && !Number.isNaN(at(this.#lastCopies, index))) this.#newestCopies.set(key, offset);
    }
    this.#expired = sameTarget && previous !== undefined ? this.#copiesExpired(previous) : new Set();
  }

  /** Whether an unclean election is known to have taken records off the source. */
  get wasCut(): boolean {
    return this.#replaced.length > 0 || this.#known.some(({ offset }) => offset >= Number(this.source.end));
  }

  /** @param leaderEpoch of the commit, if its client said it */
  rereads(position: bigint, committed: bigint, leaderEpoch?: number): bigint {
    const [p, u] = [Number(position), Number(committed)];
    if (leaderEpoch !== undefined) {
      const read = idsOf(this.#ofLog(leaderEpoch).filter((record) => wasRead(record, u, leaderEpoch)));
      return countOf(this.target, ({ offset, id }) => offset >= p && read.has(id));
    }
    let count = 0n;
    for (const [index, offset] of this.target.offsets.entries()) {
      const sourceOffset = at(this.#sourceOffsets, index);
      if (offset >= p && sourceOffset !== FOREIGN && sourceOffset < u) count++;
    }
    return count;
  }

  skips(position: bigint, committed: bigint, leaderEpoch?: number): bigint {
    const [p, u] = [Number(position), Number(committed)];
    if (leaderEpoch !== undefined) {
      const unread = idsOf(this.#ofLog(leaderEpoch).filter((record) => !wasRead(record, u, leaderEpoch)));
      const before = idsOf(recordsOf(this.target).filter(({ offset }) => offset < p));
      const after = idsOf(recordsOf(this.target).filter(({ offset }) => offset >= p));
      return BigInt([...before].filter((id) => unread.has(id) && !after.has(id)).length);
    }
    let count = 0n;
    for (const [index, { offset }] of this.#known.entries()) {
      // NaN stands for a record that never arrived. It compares as false: that is loss, not a skip.
      if (offset >= u && at(this.#lastCopies, index) < p) count++;
    }
    return count;
  }

  /** The records that a group with such a commit may have read, or has yet to read. */
  #ofLog(leaderEpoch: number): KnownRecord[] {
    return [...this.#known, ...this.#replaced.filter(({ lastSeenIn }) => leaderEpoch <= lastSeenIn)];
  }

  /** The first target position from which a group at `committed` re-reads nothing. */
  rereadZeroFrom(committed: bigint): bigint {
    const u = Number(committed);
    for (let index = this.#sourceOffsets.length - 1; index >= 0; index--) {
      const sourceOffset = at(this.#sourceOffsets, index);
      if (sourceOffset !== FOREIGN && sourceOffset < u) return BigInt(at(this.target.offsets, index)) + 1n;
    }
    return this.target.start;
  }

  /** The last target position from which a group at `committed` skips nothing. */
  skipZeroUpTo(committed: bigint): bigint {
    const u = Number(committed);
    let first = Number.POSITIVE_INFINITY;
    for (const [index, { offset }] of this.#known.entries()) {
      const copy = at(this.#lastCopies, index);
      if (offset >= u && copy < first) first = copy;
    }
    return first === Number.POSITIVE_INFINITY ? this.target.end : BigInt(first);
  }

  /** Number of source records at or after `from` that never reached the target. */
  missing(from: bigint = this.source.start): bigint {
    const u = Number(from);
    return this.#countAbsent(({ offset, deleted }) => !deleted && offset >= u);
  }

  /**
   * Number of records that the source deleted from its log's begin before they reached the target. Compaction keeps a
   * newer record of the key, and what an unclean election cut off the end is gone with or without a failover.
   */
  get deletedUnmirrored(): bigint {
    return this.#countAbsent(({ deleted, offset }) => deleted && offset < Number(this.source.start));
  }

  /** Number of source records without a copy that lie before one that has a copy: MM2 is past them. */
  get passedOver(): bigint {
    let furthest = -1;
    for (const [index, { offset, deleted }] of this.#known.entries()) {
      if (!deleted && !Number.isNaN(at(this.#lastCopies, index)) && offset > furthest) furthest = offset;
    }
    return this.#countAbsent(({ deleted, offset }) => !deleted && offset < furthest);
  }

  /** Number of records that a group at `committed` has not read, that the source holds and the target has deleted. */
  expiredFor(committed: bigint): bigint {
    const u = Number(committed);
    let count = 0n;
    for (const [index, { id, offset, deleted }] of this.#known.entries()) {
      const isGone = this.#expired.has(id) && Number.isNaN(at(this.#lastCopies, index));
      if (!deleted && offset >= u && isGone) count++;
    }
    return count;
  }

  /** Number of target records beyond the first copy of each source record. */
  get duplicates(): bigint {
    const seen = new Set<number>();
    let count = 0n;
    for (const offset of this.#sourceOffsets) {
      if (offset === FOREIGN) continue;
      if (seen.has(offset)) count++;
      seen.add(offset);
    }
    return count;
  }

  /** Number of target records without a source record. */
  get foreign(): bigint {
    return BigInt(this.#sourceOffsets.reduce((count, offset) => (offset === FOREIGN ? count + 1 : count), 0));
  }

  #countAbsent(which: (record: KnownRecord) => boolean): bigint {
    let count = 0n;
    for (const [index, record] of this.#known.entries()) {
      if (this.#expired.has(record.id) || this.#isSuperseded(record)) continue;
      if (Number.isNaN(at(this.#lastCopies, index)) && which(record)) count++;
    }
    return count;
  }

  /** Whether the target holds a later record of the same key, so that its own compaction may have removed the copy. */
  #isSuperseded({ key, offset }: KnownRecord): boolean {
    return offset < (this.#newestCopies.get(key) ?? -1);
  }

  #copiesExpired(previous: PartitionTruth): Set<string> {
    const expired = new Set(previous.#expired);
    for (const [index, { id }] of previous.#known.entries()) {
      if (at(previous.#lastCopies, index) < Number(this.target.start)) expired.add(id);
    }
    return expired;
  }

  /** `[firstSourceOffset, firstTargetOffset, count]` of stretches with equal steps on both sides, in target order. */
  runs(): (readonly [bigint, bigint, bigint])[] {
    const runs: [number, number, number][] = [];
    for (const [index, d] of this.target.offsets.entries()) {
      const u = at(this.#sourceOffsets, index);
      const last = runs.at(-1);
      if (u === FOREIGN) continue;
      if (last !== undefined && last[0] + last[2] === u && last[1] + last[2] === d) last[2]++;
      else runs.push([u, d, 1]);
    }
    return runs.map(([u, d, count]) => [BigInt(u), BigInt(d), BigInt(count)] as const);
  }
}

interface KnownRecord {
  readonly offset: number;
  readonly id: string;
  /** Base64; empty for a record without a key. */
  readonly key: string;
  /** The source no longer holds it. */
  readonly deleted: boolean;
  /** Of the batch that has it. */
  readonly leaderEpoch: number;
  /** The newest leader epoch that the log had when the record was last seen in it. */
  readonly lastSeenIn: number;
}

function wasRead({ offset, leaderEpoch }: KnownRecord, committed: number, upTo: number): boolean {
  return offset < committed && leaderEpoch <= upTo;
}

/** Those that the lab wrote. */
function idsOf(records: readonly { readonly id: string }[]): Set<string> {
  return new Set(records.flatMap(({ id }) => (id === '' ? [] : [id])));
}

function recordsOf({ offsets, ids }: PartitionRecords): { readonly offset: number; readonly id: string }[] {
  return ids.map((id, index) => ({ offset: at(offsets, index), id }));
}

function countOf(records: PartitionRecords, which: (record: { offset: number; id: string }) => boolean): bigint {
  return BigInt(recordsOf(records).filter(which).length);
}

/** Earlier records whose offsets have other records now. */
function replacedIn(source: PartitionRecords, earlier: readonly KnownRecord[]): KnownRecord[] {
  const present = new Map(recordsOf(source).map(({ offset, id }) => [offset, id]));
  return earlier.filter(({ offset, id }) => (present.get(offset) ?? id) !== id);
}

/** In offset order. */
function knownRecords(source: PartitionRecords, earlier: readonly KnownRecord[]): KnownRecord[] {
  const lastSeenIn = source.leaderEpochs.reduce((most, epoch) => Math.max(most, epoch), 0);
  const present = source.ids.map((id, index): KnownRecord => {
    const key = source.keys[index] ?? '';
    const leaderEpoch = source.leaderEpochs[index] ?? 0;
    return { offset: at(source.offsets, index), id, key, deleted: false, leaderEpoch, lastSeenIn };
  });
  if (earlier.length === 0) return present;
  const offsets = new Set(source.offsets);
  const gone = earlier.filter(({ offset }) => !offsets.has(offset)).map((record) => ({ ...record, deleted: true }));
  return [...gone, ...present].sort((a, b) => a.offset - b.offset);
}

/** An element that exists: every index comes from an array of the same length. */
function at(array: Float64Array, index: number): number {
  return array[index] ?? Number.NaN;
}
