import { UnreadableRecordsError } from './unreadable-records-error.ts';

/** A record batch of message format 2 (`org.apache.kafka.common.record.DefaultRecordBatch`), not yet decompressed. */
export interface RecordBatch {
  readonly baseOffset: bigint;
  /** Offset of the last record that the batch once had. Compaction removes records and keeps this. */
  readonly lastOffset: bigint;
  readonly codec: number;
  /** True if the broker stamped the records: all of them then have `maxTimestamp`. */
  readonly logAppendTime: boolean;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly baseTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly producerId: bigint;
  /** Number of remaining records; compaction may leave a batch with none. */
  readonly count: number;
  readonly payload: Buffer;
}

const HEADER = 61;
/** The offset and the length field, which the length does not include. */
const LOG_OVERHEAD = 12;
const MAGIC = 16;
/** The offset after a record is one more, and must still be an int64. */
const MAX_OFFSET = 2n ** 63n - 1n;

/** The complete batches of a Fetch answer, in log order. The broker may have truncated the last batch. */
export function* recordBatches(bytes: Buffer): Generator<RecordBatch, void, void> {
  let at = 0;
  let after = -1n;
  while (at + LOG_OVERHEAD <= bytes.length) {
    const end = at + LOG_OVERHEAD + bytes.readInt32BE(at + 8);
    if (end <= at + MAGIC) throw new UnreadableRecordsError('CORRUPT_RECORDS', 'a record batch has no length');
    if (at + MAGIC < bytes.length) {
      const magic = bytes.readInt8(at + MAGIC);
      if (magic !== 2) {
        throw new UnreadableRecordsError(
          'UNSUPPORTED_MESSAGE_FORMAT',
          `records of message format ${magic}, which Kafka wrote before 0.11, cannot be read`,
        );
      }
    }
    if (end > bytes.length) return;
    if (end < at + HEADER) throw new UnreadableRecordsError('CORRUPT_RECORDS', 'a record batch is too short');
    const batch = readBatch(bytes, at, end);
    const problem = problemOf(batch, after);
    if (problem !== null) throw new UnreadableRecordsError('CORRUPT_RECORDS', `a record batch ${problem}`);
    yield batch;
    after = batch.lastOffset;
    at = end;
  }
}

/** What is impossible in a log: batches that overlap, or a batch with more records than offsets. */
function problemOf({ baseOffset, lastOffset, count }: RecordBatch, after: bigint): string | null {
  if (baseOffset <= after) return 'begins before the end of the previous one';
  if (lastOffset < baseOffset || lastOffset >= MAX_OFFSET) return 'has an impossible last offset';
  if (count < 0 || BigInt(count) > lastOffset - baseOffset + 1n) return `claims ${count} records`;
  return null;
}

function readBatch(bytes: Buffer, at: number, end: number): RecordBatch {
  const baseOffset = bytes.readBigInt64BE(at);
  const attributes = bytes.readInt16BE(at + 21);
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(bytes.readInt32BE(at + 23)),
    codec: attributes & 7,
    logAppendTime: (attributes & 0x08) !== 0,
    transactional: (attributes & 0x10) !== 0,
    control: (attributes & 0x20) !== 0,
    baseTimestamp: bytes.readBigInt64BE(at + 27),
    maxTimestamp: bytes.readBigInt64BE(at + 35),
    producerId: bytes.readBigInt64BE(at + 43),
    count: bytes.readInt32BE(at + 57),
    payload: bytes.subarray(at + HEADER, end),
  };
}
