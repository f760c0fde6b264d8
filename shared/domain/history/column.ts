import { type ByteSink, type ByteSource, MalformedHistoryError } from './bytes.ts';

/** Where the lower half of a 64-bit integer lies in memory, in 32-bit words. */
const LOW = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;
const MAX_PLANES = 10;
/** Which numbers have more bytes to come; kept from call to call, for a chain of frames has a hundred columns. */
let scratch = new Uint32Array(0);

/**
 * Writes 64-bit integers as zigzag varints in planes: first the first byte of every number, then the second byte of
 * those that have one, and so on. Small numbers take a byte, and bytes of equal meaning lie together, which is what an
 * entropy coder makes the most of. The count is the reader's to know.
 */
export function writeColumn(sink: ByteSink, values: BigInt64Array): void {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
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

/** Reads `count` integers that `writeColumn` wrote. */
export function readColumn(source: ByteSource, count: number): BigInt64Array {
  if (count > source.left) throw new MalformedHistoryError(`${count} numbers announced, ${source.left} bytes left`);
  const values = new BigInt64Array(count);
  const words = new Int32Array(values.buffer);
  if (scratch.length < count) scratch = new Uint32Array(count);
  const pending = scratch;
  for (let i = 0; i < count; i++) pending[i] = i;
  let active = count;
  for (let plane = 0; active > 0; plane++) {
    if (plane === MAX_PLANES) throw new MalformedHistoryError('a number has too many bytes');
    const shift = plane * 7;
    let kept = 0;
    for (let k = 0; k < active; k++) {
      const i = pending[k] ?? 0;
      const byte = source.byte();
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
