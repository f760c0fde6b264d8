import type { LogRecord, RecordHeader } from '../../../domain/model/cluster.ts';
import { decompress } from './compression.ts';
import type { RecordBatch } from './record-batch.ts';
import { UnreadableRecordsError } from './unreadable-records-error.ts';

const NO_HEADERS: readonly RecordHeader[] = [];
/** A header takes as little as two bytes, and a hundred when decoded. */
const MAX_HEADERS = 10_000;

/**
 * Visits the records of a batch from offset `from` on, until `visit` returns false; then it returns false too. Keys and
 * values are views of the batch's memory: copy what you keep longer.
 */
export function visitRecords(batch: RecordBatch, from: bigint, visit: (record: LogRecord) => boolean): boolean {
  if (batch.count === 0 || batch.lastOffset < from) return true;
  const cursor = new RecordCursor(decompress(batch.codec, batch.payload));
  const most = Number(batch.lastOffset - batch.baseOffset);
  let before = -1;
  for (let i = 0; i < batch.count; i++) {
    const end = cursor.varint() + cursor.position;
    cursor.skip(1); // Attributes: none are in use.
    const timestampDelta = cursor.varlong();
    const delta = cursor.varint();
    if (delta <= before || delta > most) throw corrupt('its records are not in order');
    before = delta;
    const offset = batch.baseOffset + BigInt(delta);
    if (offset >= from) {
      const key = cursor.bytes();
      const value = cursor.bytes();
      const headers = cursor.headers();
      const timestamp = batch.logAppendTime
        ? batch.maxTimestamp
        : BigInt.asIntN(64, batch.baseTimestamp + timestampDelta);
      if (cursor.position !== end) throw corrupt("a record's length does not match its content");
      const record = { offset, timestamp, key, value, headers };
      if (!visit(batch.logAppendTime ? { ...record, appendTime: true } : record)) return false;
    } else {
      cursor.skip(end - cursor.position);
    }
  }
  return true;
}

/** What ended a transaction. A control batch holds one record, whose key has a version and a type. */
export function isAbortMarker(batch: RecordBatch): boolean {
  let abort = false;
  visitRecords(batch, batch.baseOffset, ({ key }) => {
    abort = key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
    return false;
  });
  return abort;
}

/** Reads the fields of records. Integers have variable length and zig-zag encoding, as in protobuf. */
class RecordCursor {
  position = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  varint(): number {
    return zigzag(this.#unsigned(5));
  }

  /** Up to 64 bits; the common small values use plain numbers. */
  varlong(): bigint {
    const start = this.position;
    let end = start;
    while (end - start < 7 && (this.#bytes[end] ?? 0) >= 0x80) end++;
    if (end - start < 7) return BigInt(zigzag(this.#unsigned(7)));
    let raw = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (shift > 63n) throw corrupt('a variable-length integer is too long');
      const byte = this.#byte();
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n));
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.position;
    this.skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  headers(): readonly RecordHeader[] {
    const count = this.varint();
    if (count === 0) return NO_HEADERS;
    if (count < 0 || count > MAX_HEADERS) throw corrupt(`a record claims ${count} headers`);
    const headers: RecordHeader[] = [];
    for (let i = 0; i < count; i++) {
      const key = this.bytes();
      if (key === null) throw corrupt('a header has no key');
      headers.push({ key: key.toString('utf8'), value: this.bytes() });
    }
    return headers;
  }

  skip(length: number): void {
    const end = this.position + length;
    if (length < 0 || end > this.#bytes.length) throw corrupt('a record ends too early');
    this.position = end;
  }

  #unsigned(mostBytes: number): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (factor === 128 ** mostBytes) throw corrupt('a variable-length integer is too long');
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    const value = this.#bytes[this.position];
    if (value === undefined) throw corrupt('a record ends too early');
    this.position++;
    return value;
  }
}

function zigzag(raw: number): number {
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}

function corrupt(why: string): UnreadableRecordsError {
  return new UnreadableRecordsError('CORRUPT_RECORDS', `a record batch is corrupt: ${why}`);
}
