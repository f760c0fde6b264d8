import { hash } from 'node:crypto';
import type { DigestedRecord } from '../domain/compare/digested-record.ts';
import type { LogRecord } from '../domain/model/cluster.ts';

/** Bytes of the hash that are kept: enough that no two contents of an audit meet by chance. */
const HASH_BYTES = 16;
const LENGTH_BYTES = 4;

/** Reduces a record to what it is compared by; no content outlives the call. */
export function digestRecord({ offset, timestamp, key, value, headers }: LogRecord): DigestedRecord {
  // One buffer for each record: an audit digests thousands, and most of the time would go into making buffers.
  const names = headers.map((header) => Buffer.byteLength(header.key));
  const length = headers.reduce(
    (sum, header, index) => sum + sizeOf(header.value) + LENGTH_BYTES + (names[index] ?? 0),
    sizeOf(key) + sizeOf(value),
  );
  const bytes = Buffer.allocUnsafe(length);
  const pairEnd = put(bytes, put(bytes, 0, key), value);
  let end = pairEnd;
  for (const [index, header] of headers.entries()) {
    end = bytes.writeInt32BE(names[index] ?? 0, end);
    end += bytes.write(header.key, end);
    end = put(bytes, end, header.value);
  }
  const ofPair = shortened(bytes.subarray(0, pairEnd));
  const content = headers.length === 0 ? ofPair : shortened(bytes);
  return { offset, timestamp, content, body: key === null && value === null ? null : ofPair };
}

/** No record has it. */
const TIME_OF_NO_COPY = -2n;

/** The same of a record on the target. If its broker set the time, that tells nothing, and must not equal an original's by chance. */
export function digestCopy(record: LogRecord): DigestedRecord {
  const digest = digestRecord(record);
  return record.appendTime === true ? { ...digest, timestamp: TIME_OF_NO_COPY } : digest;
}

function sizeOf(part: Buffer | null): number {
  return LENGTH_BYTES + (part?.length ?? 0);
}

/** Lengths keep the parts apart, and −1 a tombstone from an empty value. Returns where the next part goes. */
function put(bytes: Buffer, at: number, part: Buffer | null): number {
  const begin = bytes.writeInt32BE(part === null ? -1 : part.length, at);
  return part === null ? begin : begin + part.copy(bytes, begin);
}

/** In one call: an object for each hash takes several times as long, and an audit compares thousands of records. */
function shortened(bytes: Buffer): string {
  return hash('sha256', bytes, 'buffer').toString('latin1', 0, HASH_BYTES);
}
