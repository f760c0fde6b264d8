import { Decompressed } from './decompressed.ts';
import { UnreadableRecordsError } from './unreadable-records-error.ts';

const FRAME_MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC = 0x184d2a5;

/** Decompresses LZ4 frames (LZ4 Frame Format 1.6) as producers write them. Ignores checksums: TCP's are enough. */
export function decompressLz4(bytes: Buffer): Buffer {
  const output = new Decompressed(bytes.length * 4);
  let at = 0;
  while (at < bytes.length) at = decompressFrame(bytes, at, output);
  if (at > bytes.length) throw corrupt('it ends too early');
  return output.bytes;
}

function decompressFrame(bytes: Buffer, begin: number, output: Decompressed): number {
  const magic = uint32(bytes, begin);
  if (magic >>> 4 === SKIPPABLE_MAGIC) return begin + 8 + uint32(bytes, begin + 4);
  if (magic !== FRAME_MAGIC) throw corrupt('it does not begin with a frame');
  const flags = bytes[begin + 4] ?? 0;
  if (flags >>> 6 !== 1) throw corrupt('the frame has an unknown version');
  if ((flags & 1) !== 0) throw corrupt('the frame needs a dictionary');
  const independent = (flags & 0x20) !== 0;
  const blockChecksum = (flags & 0x10) !== 0;
  // magic, flags, block descriptor, content size if present, header checksum
  let at = begin + 6 + ((flags & 0x08) !== 0 ? 8 : 0) + 1;
  const frameStart = output.length;
  for (;;) {
    const size = uint32(bytes, at);
    at += 4;
    if (size === 0) break;
    const length = size & 0x7fffffff;
    if (at + length > bytes.length) throw corrupt('a block is cut off');
    const block = bytes.subarray(at, at + length);
    if (size >>> 31 === 1) output.append(block);
    else decompressBlock(block, output, independent ? output.length : frameStart);
    at += length + (blockChecksum ? 4 : 0);
  }
  return at + ((flags & 0x04) !== 0 ? 4 : 0);
}

/**
 * @param reach the earliest byte that a copy may reach: the block's start, or the frame's if blocks depend on each
 * other
 */
function decompressBlock(block: Buffer, output: Decompressed, reach: number): void {
  let at = 0;
  const length = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let total = nibble;
    for (;;) {
      const more = block[at++];
      if (more === undefined) throw corrupt('a block ends too early');
      total += more;
      if (more < 255) return total;
    }
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = length(token >>> 4);
    if (at + literals > block.length) throw corrupt('a literal is too long');
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at === block.length) return; // The last sequence has no copy.
    if (at + 2 > block.length) throw corrupt('a block ends too early');
    const offset = block.readUInt16LE(at);
    at += 2;
    const count = length(token & 15) + 4;
    if (offset === 0 || output.length - offset < reach) throw corrupt('a copy reaches outside the output');
    output.repeat(offset, count);
  }
}

function uint32(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw corrupt('it ends too early');
  return bytes.readUInt32LE(at);
}

function corrupt(why: string): UnreadableRecordsError {
  return new UnreadableRecordsError('CORRUPT_RECORDS', `an LZ4 frame is corrupt: ${why}`);
}
