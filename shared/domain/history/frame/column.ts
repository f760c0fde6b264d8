import { type ByteSink, type ByteSource, MalformedHistoryError } from './bytes.ts';

/** Index of the lower 32-bit word of a 64-bit integer in memory. */
export const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;
const MAX_PLANES = 10;
/** Indexes of the numbers that have more bytes. Reused between calls: a chain of frames has a hundred columns. */
let scratch = new Uint32Array(0);
/** Columns that are longer than this get memory of their own, which goes with them: there are few. */
const KEPT = 2 ** 20;

/**
 * Writes 64-bit integers as zigzag varints in planes: the first byte of every number, then the second byte of those
 * that have one, and so on. Small numbers take one byte. Bytes of the same significance are adjacent, which compresses
 * best. The count is not written; the reader must know it.
 */
export function writeColumn(sink: ByteSink, values: BigInt64Array): void {
  const words = wordsOf(values);
  const low = new Uint32Array(values.length);
  const high = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const lo = words[2 * i + LOW] ?? 0;
    const hi = words[2 * i + HIGH] ?? 0;
    const sign = hi >> 31;
    low[i] = (lo << 1) ^ sign;
    high[i] = ((hi << 1) | (lo >>> 31)) ^ sign;
  }
  for (let active = values.length; active > 0; ) {
    sink.reserve(active);
    let kept = 0;
    for (let i = 0; i < active; i++) {
      const lo = low[i] ?? 0;
      const hi = high[i] ?? 0;
      if (hi === 0 && lo < 128) {
        sink.byte(lo);
        continue;
      }
      sink.byte((lo & 127) | 128);
      low[kept] = (lo >>> 7) | (hi << 25);
      high[kept] = hi >>> 7;
      kept++;
    }
    active = kept;
  }
}

/** Reads `count` integers that `writeColumn` wrote, into `room` (of that length) if given. */
export function readColumn(source: ByteSource, count: number, room?: BigInt64Array): BigInt64Array {
  if (count > source.left) throw new MalformedHistoryError(`${count} numbers declared, ${source.left} bytes left`);
  const values = room ?? new BigInt64Array(count);
  const words = wordsOf(values);
  if (scratch.length < Math.min(count, KEPT)) scratch = new Uint32Array(count);
  const pending = count > KEPT ? new Uint32Array(count) : scratch;
  let active = 0;
  const first = source.take(count);
  for (let i = 0; i < count; i++) {
    const byte = first[i] ?? 0;
    words[2 * i + LOW] = byte & 127;
    words[2 * i + HIGH] = 0;
    if (byte > 127) pending[active++] = i;
  }
  for (let plane = 1; active > 0; plane++) {
    if (plane === MAX_PLANES) throw new MalformedHistoryError('a number has too many bytes');
    const shift = plane * 7;
    const bytes = source.take(active);
    let kept = 0;
    for (let k = 0; k < active; k++) {
      const i = pending[k] ?? 0;
      const byte = bytes[k] ?? 0;
      const bits = byte & 127;
      if (shift < 32) words[2 * i + LOW] = (words[2 * i + LOW] ?? 0) | (bits << shift);
      if (shift > 25) {
        words[2 * i + HIGH] = (words[2 * i + HIGH] ?? 0) | (shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32));
      }
      if (byte > 127) pending[kept++] = i;
      else if (plane === MAX_PLANES - 1 && bits > 1) throw new MalformedHistoryError('a number is too large');
    }
    active = kept;
  }
  for (let i = 0; i < count; i++) {
    const lo = words[2 * i + LOW] ?? 0;
    const hi = words[2 * i + HIGH] ?? 0;
    const sign = -(lo & 1);
    words[2 * i + LOW] = ((lo >>> 1) | (hi << 31)) ^ sign;
    words[2 * i + HIGH] = (hi >>> 1) ^ sign;
  }
  return values;
}

/** A view of the same memory as 32-bit words: `2 * i + LOW` and `2 * i + HIGH` are the halves of number i. */
export function wordsOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** 1 if the low word of a sum overflowed: add it to the high word, or subtract it for a difference. */
export function carry(low: number, from: number): number {
  return low >>> 0 < from >>> 0 ? 1 : 0;
}

/** Reusable memory for a column: the caller must be done with a column before it reads the next one. */
export class ColumnRoom {
  #room = new BigInt64Array(0);

  /** @throws MalformedHistoryError if the source is too short for that many numbers */
  read(source: ByteSource, count: number): BigInt64Array {
    if (count > KEPT) return readColumn(source, count);
    if (this.#room.length < count && count <= source.left) this.#room = new BigInt64Array(Math.ceil(count * 1.25));
    return readColumn(source, count, this.#room.subarray(0, count));
  }
}
