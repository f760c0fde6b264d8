import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decompress } from '../../../../../shared/adapters/kafka/records/compression.ts';
import { MAX_BATCH_BYTES } from '../../../../../shared/adapters/kafka/records/decompressed.ts';
import { visitRecords } from '../../../../../shared/adapters/kafka/records/record.ts';
import { recordBatches } from '../../../../../shared/adapters/kafka/records/record-batch.ts';
import { visibleBatches } from '../../../../../shared/adapters/kafka/records/visible-batches.ts';
import { batchBytes } from './batch-bytes.ts';

const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

describe('bombs: a few bytes that become more than a batch may take', () => {
  const zeros = Buffer.alloc(MAX_BATCH_BYTES + 1);
  const bombs: readonly (readonly [string, number, () => Buffer])[] = [
    ['gzip', GZIP, () => gzipSync(zeros)],
    ['gzip of two members', GZIP, () => Buffer.concat(Array<Buffer>(2).fill(gzipSync(zeros.subarray(0, 40_000_000))))],
    ['zstd', ZSTD, () => zstdCompressSync(zeros)],
    ['lz4, one sequence without end', LZ4, () => lz4Frame(lz4Zeros(MAX_BATCH_BYTES))],
    ['lz4, many frames', LZ4, () => Buffer.concat(Array<Buffer>(20).fill(lz4Frame(lz4Zeros(4_000_000))))],
    ['lz4, stored blocks', LZ4, () => Buffer.concat(Array<Buffer>(20).fill(lz4Stored(zeros.subarray(0, 4_000_000))))],
    ['snappy, one block', SNAPPY, () => snappyZeros(MAX_BATCH_BYTES + 64)],
    ['snappy, many blocks', SNAPPY, () => xerial(Array<Buffer>(20).fill(snappyZeros(4_000_000)))],
  ];

  test.each(bombs)('%s', (_, codec, bomb) => {
    const before = process.memoryUsage().arrayBuffers;
    const bytes = bomb();
    expect(() => decompress(codec, bytes)).toThrow(expect.objectContaining({ code: 'BATCH_TOO_LARGE' }));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MAX_BATCH_BYTES);
  });

  test('a length that is only claimed takes no memory', () => {
    const claim = Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]), Buffer.alloc(100)]);
    expect(() => decompress(SNAPPY, claim)).toThrow(expect.objectContaining({ code: 'CORRUPT_RECORDS' }));
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff, 0]);
    expect(() => decompress(LZ4, skippable)).toThrow(expect.objectContaining({ code: 'CORRUPT_RECORDS' }));
  });

  test('what is just as large as allowed is read', () => {
    const most = zeros.subarray(1);
    for (const [codec, bytes] of [
      [GZIP, gzipSync(most)],
      [ZSTD, zstdCompressSync(most)],
      [LZ4, Buffer.concat(Array<Buffer>(16).fill(lz4Stored(most.subarray(0, MAX_BATCH_BYTES / 16))))],
      [SNAPPY, snappyZeros(MAX_BATCH_BYTES)],
    ] as const) {
      expect(decompress(codec, bytes)).toHaveLength(MAX_BATCH_BYTES);
    }
  });
});

describe('batches that lie', () => {
  const good = batchBytes({ baseOffset: 10n, deltas: [0, 1, 2] });
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(good);
    change(bytes);
    return bytes;
  };
  const lies: readonly (readonly [string, Buffer])[] = [
    ['a count of 2³¹ − 1', changed((bytes) => bytes.writeInt32BE(0x7fffffff, 57))],
    [
      'a count and a last offset of 2³¹ − 1',
      changed((bytes) => {
        bytes.writeInt32BE(0x7fffffff, 57);
        bytes.writeInt32BE(0x7fffffff, 23);
      }),
    ],
    ['a negative count', changed((bytes) => bytes.writeInt32BE(-1, 57))],
    ['a last offset before its first', changed((bytes) => bytes.writeInt32BE(-1, 23))],
    ['a negative offset', changed((bytes) => bytes.writeBigInt64BE(-5n, 0))],
    ['the last offset of all', changed((bytes) => bytes.writeBigInt64BE(2n ** 63n - 3n, 0))],
    ['a negative length', changed((bytes) => bytes.writeInt32BE(-20, 8))],
    ['a length of a header', changed((bytes) => bytes.writeInt32BE(20, 8))],
    ['the same offsets again', Buffer.concat([good, good])],
    ['offsets that go back', Buffer.concat([good, batchBytes({ baseOffset: 5n, deltas: [0] })])],
    ['records beyond its last offset', batchBytes({ baseOffset: 0n, deltas: [0, 7], lastOffsetDelta: 3 })],
    ['records in another order', batchBytes({ baseOffset: 0n, deltas: [2, 1], lastOffsetDelta: 3 })],
    ['an offset twice', batchBytes({ baseOffset: 0n, deltas: [1, 1], lastOffsetDelta: 3 })],
  ];

  test.each(lies)('%s', (_, bytes) => {
    expect(() => visitAll(bytes)).toThrow(expect.objectContaining({ code: 'CORRUPT_RECORDS' }));
  });

  test('more than the rest of the answer: the batch was cut off, and is not looked at', () => {
    expect([...recordBatches(changed((bytes) => bytes.writeInt32BE(0x7fffffff, 8)))]).toEqual([]);
  });

  /** attributes, timestamp delta, offset delta, then what the test wants */
  const record = (...rest: number[]): Buffer => {
    const body = Buffer.from([0, 0, 0, ...rest]);
    return Buffer.concat([Buffer.from([body.length * 2]), body]);
  };
  const NULL = 1;
  const HUGE = [0xfe, 0xff, 0xff, 0xff, 0x0f] as const;
  const broken: readonly (readonly [string, Buffer])[] = [
    ['a record of 2³¹ − 1 bytes', Buffer.from([...HUGE, 0, 0, 0])],
    ['a record of a negative length', Buffer.from([0x05, 0, 0, 0, NULL, NULL, 0])],
    ['a key of 2³¹ − 1 bytes', record(...HUGE)],
    ['a value of 2³¹ − 1 bytes', record(NULL, ...HUGE)],
    ['2³¹ − 1 headers', record(NULL, NULL, ...HUGE)],
    ['−1 headers', record(NULL, NULL, 0x01)],
    ['a header without a key', record(NULL, NULL, 0x02, NULL, NULL)],
    ['an integer without end', Buffer.alloc(64, 0xff)],
    ['nothing', Buffer.alloc(0)],
  ];

  test.each(broken)('%s', (_, payload) => {
    const [batch] = [...recordBatches(batchBytes({ baseOffset: 0n, deltas: [0] }))];
    if (batch === undefined) throw new Error('no batch');
    expect(() => visitRecords({ ...batch, payload }, 0n, () => true)).toThrow(
      expect.objectContaining({ code: 'CORRUPT_RECORDS' }),
    );
  });

  test('300,000 aborted transactions take no more than their number', () => {
    const aborted = Array.from({ length: 300_000 }, (_, i) => ({ producerId: BigInt(i), firstOffset: BigInt(-i) }));
    const began = Date.now();
    expect([...visibleBatches(good, 'read_committed', aborted)]).toHaveLength(1);
    // It took minutes while each was shifted out of the list.
    expect(Date.now() - began).toBeLessThan(30_000);
  });
});

function visitAll(bytes: Buffer): void {
  for (const batch of recordBatches(bytes)) visitRecords(batch, 0n, () => true);
}

/** One literal zero, then one copy of it that goes on for as long as it takes. */
function lz4Zeros(length: number): Buffer {
  const more = Math.ceil((length - 20) / 255);
  return Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), Buffer.alloc(more, 255), Buffer.from([0, 0x00])]);
}

function lz4Frame(block: Buffer): Buffer {
  return frameOf(block.length, block);
}

function lz4Stored(block: Buffer): Buffer {
  return frameOf(block.length + 0x8000_0000, block);
}

function frameOf(size: number, block: Buffer): Buffer {
  const header = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(size, 7);
  return Buffer.concat([header, block, Buffer.alloc(4)]);
}

/** A literal zero and copies of 64 of it. */
function snappyZeros(length: number): Buffer {
  const copies = Math.floor((length - 1) / 64);
  const rest = length - 1 - copies * 64;
  const size: number[] = [];
  for (let left = length; ; left = Math.floor(left / 128)) {
    if (left < 128) {
      size.push(left);
      break;
    }
    size.push((left % 128) + 128);
  }
  const copy = Buffer.from([0xfe, 1, 0]);
  const tail = rest === 0 ? [] : [((rest - 1) << 2) | 2, 1, 0];
  return Buffer.concat([Buffer.from([...size, 0, 0]), Buffer.alloc(copies * 3, copy), Buffer.from(tail)]);
}

function xerial(blocks: readonly Buffer[]): Buffer {
  const magic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const parts = blocks.flatMap((block) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    return [length, block];
  });
  return Buffer.concat([magic, ...parts]);
}
