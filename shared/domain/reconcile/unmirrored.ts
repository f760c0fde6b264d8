import { isTime } from '../model/record-time.ts';

/** Source records that lie one after the other, and have the same thing said of them. */
export interface RecordRange {
  /** Every data record of [from, until) is meant; markers and compacted offsets between them are none. */
  readonly from: bigint;
  readonly until: bigint;
  readonly records: bigint;
  /** Of keys, values and headers. */
  readonly bytes: bigint;
  /** Lowest and highest timestamp: ms since the epoch; null if no record has one. */
  readonly firstTime: bigint | null;
  readonly lastTime: bigint | null;
}

/** Records of which it is not known whether they reached the target, or offsets that could not be read. */
export interface UnknownRange {
  readonly from: bigint;
  readonly until: bigint;
  /** Null if it is not known how many there are. */
  readonly records: bigint | null;
  readonly reason: string;
}

/** The keys of lost records. Counts are null if there are more keys than are held in memory. */
export interface LostKeys {
  readonly distinct: bigint | null;
  /** Records without a key. */
  readonly without: bigint | null;
  /** Lost records whose key has a newer record on the target: to replay them would put an old value over a new one. */
  readonly superseded: bigint | null;
}

/** Which records of one source partition the target lacks, and what that rests on. */
export interface UnmirroredPartition {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  /** Source offsets that were read, and how many records were there; null if the log could not be read. */
  readonly source: { readonly start: bigint; readonly end: bigint; readonly records: bigint } | null;
  /** Target offsets in which copies were looked for; null if the target has no such partition. */
  readonly target: { readonly start: bigint; readonly until: bigint; readonly end: bigint } | null;
  /** Why copies are looked for up to `until`: a failover point, or the log's end. */
  readonly boundary: 'failover-point' | 'log-end';
  /** Source records that have a copy. */
  readonly copied: bigint;
  /** Source offsets of [start, end) that have no record: markers, records that compaction or an abort removed. */
  readonly withoutRecord: bigint;
  /** Records that never came. */
  readonly lost: readonly RecordRange[];
  readonly unknown: readonly UnknownRange[];
  /** Records that compaction of the target explains: they came, or a newer one of their key did. */
  readonly compacted: bigint;
  /** Records that never came and that an earlier replay has written. */
  readonly replayed: bigint;
  /** Lost records that something on the target equals which was written after the failover point. */
  readonly equalAfterPoint: bigint;
  readonly keys: LostKeys;
  /** What a reader has to know of the comparison, one sentence each. */
  readonly notes: readonly string[];
}

/** Lost records in all ranges. */
export function lostRecords({ lost }: Pick<UnmirroredPartition, 'lost'>): bigint {
  return lost.reduce((sum, { records }) => sum + records, 0n);
}

/** Adds one record after those of a range, or begins one. */
export function withRecord(
  range: RecordRange | null,
  record: { readonly offset: bigint; readonly timestamp: bigint; readonly bytes: number },
): RecordRange {
  const { offset, timestamp, bytes } = record;
  const time = isTime(timestamp) ? timestamp : null;
  const firstTime = range?.firstTime ?? time;
  const lastTime = range?.lastTime ?? time;
  return {
    from: range?.from ?? offset,
    until: offset + 1n,
    records: (range?.records ?? 0n) + 1n,
    bytes: (range?.bytes ?? 0n) + BigInt(bytes),
    firstTime: firstTime !== null && time !== null && time < firstTime ? time : firstTime,
    lastTime: lastTime !== null && time !== null && time > lastTime ? time : lastTime,
  };
}
