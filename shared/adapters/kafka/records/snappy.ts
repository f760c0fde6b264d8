import { MAX_BATCH_BYTES, tooLarge } from './decompressed.ts';
import { repeatBytes } from './repeat-bytes.ts';
import { UnreadableRecordsError } from './unreadable-records-error.ts';

/** Start of the framing that snappy-java's streams, and so Java producers, put around blocks. */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = XERIAL_MAGIC.length + 8;

/** Decompresses snappy as Kafka's producers write it: framed by snappy-java, or as one raw block by other clients. */
export function decompressSnappy(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return decompressBlock(bytes);
  const blocks: Buffer[] = [];
  let written = 0;
  let at = XERIAL_HEADER;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw corrupt('a block has no length');
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0 || at + length > bytes.length) throw corrupt('a block is cut off');
    const block = decompressBlock(bytes.subarray(at, at + length));
    written += block.length;
    if (written > MAX_BATCH_BYTES) throw tooLarge();
    blocks.push(block);
    at += length;
  }
  return Buffer.concat(blocks);
}

/** One block of the snappy format: its length, then literals and copies of earlier output. */
function decompressBlock(bytes: Buffer): Buffer {
  let at = 0;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw corrupt('it ends too early');
    return value;
  };
  const littleEndian = (count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value += byte() * 2 ** (8 * i);
    return value;
  };
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    if (shift > 28) throw corrupt('its length is not a varint');
    const part = byte();
    length += (part & 0x7f) * 2 ** shift;
    if (part < 0x80) break;
  }
  // No element yields more than 64 bytes from its three. A forged length must not fill the memory.
  if (length > bytes.length * 32) throw corrupt('it claims an impossible length');
  if (length > MAX_BATCH_BYTES) throw tooLarge();
  const out = Buffer.allocUnsafe(length);
  let written = 0;
  while (at < bytes.length) {
    const tag = byte();
    const kind = tag & 3;
    if (kind === 0) {
      const size = tag >>> 2;
      const count = (size < 60 ? size : littleEndian(size - 59)) + 1;
      if (at + count > bytes.length || written + count > length) throw corrupt('a literal is too long');
      bytes.copy(out, written, at, at + count);
      at += count;
      written += count;
    } else {
      const count = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
      const offset = kind === 1 ? ((tag >>> 5) << 8) | byte() : littleEndian(kind === 2 ? 2 : 4);
      if (offset === 0 || offset > written || written + count > length)
        throw corrupt('a copy reaches outside the output');
      repeatBytes(out, written, offset, count);
      written += count;
    }
  }
  if (written !== length) throw corrupt('it is shorter than its length');
  return out;
}

function corrupt(why: string): UnreadableRecordsError {
  return new UnreadableRecordsError('CORRUPT_RECORDS', `a snappy block is corrupt: ${why}`);
}
