import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decompress } from '../../../../../shared/adapters/kafka/records/compression.ts';

/** What Java's producers write is read in cluster-reader.test.ts; these are the shapes that they do not write. */
describe('decompression', () => {
  const text = Buffer.from('tidemark '.repeat(500));

  test('gzip and zstd', () => {
    expect(decompress(0, text)).toEqual(text);
    expect(decompress(1, gzipSync(text))).toEqual(text);
    expect(decompress(4, zstdCompressSync(text))).toEqual(text);
  });

  test('raw snappy without framing, as librdkafka writes it, with copies of every kind', () => {
    // length 30; literal "abc"; copies with 1, 2 and 4 bytes of offset, the first of which overlaps itself
    const raw = Buffer.from([30, 0x08, 0x61, 0x62, 0x63, 0x11, 0x03, 0x2e, 0x03, 0x00, 0x1b, 0x06, 0, 0, 0]);
    expect(decompress(2, raw).toString()).toBe('abc'.repeat(10));
  });

  test('LZ4 with linked blocks, an uncompressed one, content size, checksums and a frame to skip', () => {
    const block = (bytes: number[]): Buffer => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(bytes.length);
      return Buffer.concat([size, Buffer.from(bytes), Buffer.alloc(4)]);
    };
    const stored = Buffer.concat([Buffer.from([3, 0, 0, 0x80]), Buffer.from('xyz'), Buffer.alloc(4)]);
    const frame = Buffer.concat([
      Buffer.from([0x51, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]), // skippable
      Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x5c, 0x40]), // linked, block and content checksums, content size
      Buffer.alloc(8),
      Buffer.from([0]),
      block([0x40, 0x61, 0x62, 0x63, 0x64]), // literal "abcd"
      stored,
      block([0x00, 0x07, 0x00, 0x10, 0x21]), // copy 4 from 7 back, literal "!"
      Buffer.alloc(4),
      Buffer.alloc(4),
    ]);
    expect(decompress(3, frame).toString()).toBe('abcdxyzabcd!');
  });

  test.each([
    ['gzip', 1, deflateSync(Buffer.from('not gzip'))],
    ['zstd', 4, Buffer.from('not zstd')],
    ['snappy cut off', 2, Buffer.from([100, 0x08, 0x61])],
    ['snappy reaching outside', 2, Buffer.from([4, 0x01, 0x09])],
    ['snappy claiming gigabytes', 2, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0x61])],
    ['LZ4 of another kind', 3, Buffer.from('not an LZ4 frame')],
    ['LZ4 cut off', 3, Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0, 9, 0, 0, 0])],
  ])('%s is corrupt, and says so', (_name, codec, bytes) => {
    expect(() => decompress(codec, bytes)).toThrow(expect.objectContaining({ code: 'CORRUPT_RECORDS' }));
  });

  test('a codec of the future is refused by name', () => {
    expect(() => decompress(6, text)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_COMPRESSION' }));
  });
});
