import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { ByteSink, MalformedHistoryError } from '../../../shared/domain/history/frame/bytes.ts';
import { applyFrame } from '../../../shared/domain/history/frame/frame.ts';
import { MAX_BODY_BYTES, MAX_CHAIN } from '../../../shared/domain/history/frame/frame-limits.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import { DamagedFrameError } from '../../../shared/history/history-errors.ts';
import { historySize } from '../../../shared/history/history-size.ts';
import { listSnapshots } from '../../../shared/history/list-snapshots.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import { openFrame, sealFrame } from '../../../shared/history/sealed-frame.ts';
import { planCodec } from '../../../shared/restore/restore-documents.ts';
import { BEGIN, FLOW, MINUTE, movedTo, openWriter, terms } from './recorded-flow.ts';

/** Zeros under the compressor: they take a few kB in the store, and are what a count, a name or a number of 0 is. */
const ZEROS = 120 * 1024 * 1024;

/** A keyframe up to the part of it that a test is about. */
function head(): ByteSink {
  const sink = new ByteSink();
  sink.text(FLOW);
  sink.count(BEGIN);
  sink.count(5);
  sink.byte(0);
  sink.count(0); // syncs read to
  sink.count(0);
  sink.count(0);
  return sink;
}

/** Zeros that nobody writes: the machine has no page of them before somebody does. */
function withZeros(sink: ByteSink, zeros: number): Uint8Array {
  const bytes = sink.bytes();
  const whole = Buffer.alloc(bytes.length + zeros);
  whole.set(bytes);
  return whole;
}

type Part = 'reasons' | 'unread' | 'cuts' | 'series' | 'names' | 'runs' | 'ids' | 'partitions' | 'drops' | 'points';

/** A frame in which one part claims `count` things, and that many zeros follow. */
function bomb(part: Part, count: number, zeros = ZEROS): Uint8Array {
  const sink = head();
  const done = (): Uint8Array => {
    sink.count(count);
    return withZeros(sink, zeros);
  };
  if (part === 'reasons') {
    sink.byte(2);
    sink.text('ready');
    return done();
  }
  sink.byte(0);
  if (part === 'unread') return done();
  sink.count(0);
  sink.byte(part === 'cuts' ? 1 : 0);
  if (part === 'cuts') return done();
  if (part === 'series') return done();
  if (part === 'names') {
    sink.count(1);
    return done();
  }
  sink.count(0); // no new series
  if (part === 'runs') return done();
  sink.count(0);
  if (part === 'ids') return done();
  for (let i = 0; i < 4; i++) sink.count(0);
  if (part === 'partitions') return done();
  sink.count(1); // one partition of a topic
  sink.byte(1);
  sink.text('orders');
  sink.byte(0); // its number
  sink.byte(0); // its breaks
  if (part === 'drops') return done();
  sink.count(0);
  return done();
}

const PARTS: readonly Part[] = [
  'reasons',
  'unread',
  'cuts',
  'series',
  'names',
  'runs',
  'ids',
  'partitions',
  'drops',
  'points',
];

describe('frames that are whole, and claim more than anybody has', () => {
  test.each(PARTS)('%s: refused within the memory of the frame itself', (part) => {
    for (const count of [100_000_000, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      // Only the first count has its zeros in the largest body. The others claim more than any body holds.
      const body = bomb(part, count, count < ZEROS ? ZEROS : 1_000_000);
      const sealed = sealFrame(body);
      expect(sealed.bytes.length).toBeLessThan(100_000);
      const before = memory();
      const began = Date.now();
      expect(() => applyFrame(openFrame(sealed.bytes).body, null)).toThrow(MalformedHistoryError);
      expect(memory() - before).toBeLessThan(3 * ZEROS);
      expect(Date.now() - began).toBeLessThan(20_000);
    }
  });

  test('as many as are allowed take their time and their memory, and no more', () => {
    for (const part of ['series', 'points', 'partitions'] as const) {
      const began = Date.now();
      const before = memory();
      // What follows the zeros is too much: it ends there, after everything was read.
      expect(() => applyFrame(bomb(part, 3_000_000), null)).toThrow(MalformedHistoryError);
      expect(memory() - before).toBeLessThan(1024 * 1024 * 1024);
      expect(Date.now() - began).toBeLessThan(60_000);
    }
  });

  test('a body that is larger than any, told or not', () => {
    expect(() => sealFrame(Buffer.alloc(MAX_BODY_BYTES + 1))).toThrow(RangeError);
    const frame = Buffer.from(sealFrame(Buffer.alloc(1_000)).bytes);
    for (const length of [2 ** 32 - 1, MAX_BODY_BYTES + 1, 10]) {
      frame.writeUInt32LE(length, 5);
      expect(() => openFrame(resealed(frame))).toThrow(DamagedFrameError);
    }
  });

  test('one partition that is told of again and again', () => {
    const many = 3_000;
    const sink = head();
    sink.byte(0);
    for (let i = 0; i < 8; i++) sink.count(0);
    sink.count(many + 1);
    for (let i = 0; i <= many; i++) {
      sink.byte(i === 0 ? 1 : 0);
      if (i === 0) sink.text('orders');
    }
    for (let i = 0; i <= many; i++) sink.byte(0);
    for (let i = 0; i <= many; i++) sink.byte(0);
    // First a million points, then each time the newest but one goes, for which all others are copied.
    for (let i = 0; i <= many; i++) {
      sink.count(i === 0 ? 0 : 3);
      if (i > 0) for (const run of [0, 1, 1]) sink.count(run);
    }
    sink.count(1_000_000);
    for (let i = 0; i < many; i++) sink.count(0);
    const body = withZeros(sink, 5_000_000);
    const began = Date.now();
    expect(() => applyFrame(body, null)).toThrow('again and again');
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('times that no calendar has', () => {
    const sink = new ByteSink();
    sink.text(FLOW);
    sink.count(Number.MAX_SAFE_INTEGER);
    sink.count(0);
    expect(() => applyFrame(sink.bytes(), null)).toThrow(MalformedHistoryError);
  });
});

describe('a store that was tampered with', () => {
  const database = openHistoryDatabase(':memory:');
  const store = createSqliteSnapshotStore(database);
  const later = 9e15;
  afterEach(() => database.exec('DELETE FROM frame; DELETE FROM head'));

  test('times that no calendar has are told as unknown, or not at all', async () => {
    const writer = await openWriter(store, BEGIN);
    await writer.record(movedTo(writer, BEGIN, 100), terms(BEGIN));
    database.prepare('UPDATE head SET held_until = ?, leased_until = ?').run(later, later);
    const range = { from: 0, to: Number.MAX_SAFE_INTEGER - 1, limit: 20 };
    expect((await listSnapshots(store, FLOW, range, BEGIN)).snapshots).toMatchObject([{ at: BEGIN, heldUntil: null }]);
    await expect(openWriter(store, BEGIN, { owner: 'two' })).rejects.toThrow('a time that no calendar has');
    database.prepare('UPDATE frame SET at = ?').run(later);
    expect((await listSnapshots(store, FLOW, range, BEGIN)).snapshots).toEqual([]);
    expect(await historySize(store, FLOW, DEFAULT_RETENTION, BEGIN)).toMatchObject({ newest: null, heldUntil: null });
  });

  test('a chain without end is damage', async () => {
    const writer = await openWriter(store, BEGIN);
    await writer.record(movedTo(writer, BEGIN, 100), terms(BEGIN));
    const ancestors = Array.from({ length: 100_000 }, (_, i) => BEGIN - i * MINUTE).join(' ');
    database.prepare('UPDATE frame SET ancestors = ?').run(ancestors);
    await expect(readStateAsOf(store, FLOW, BEGIN, BEGIN)).rejects.toThrow(DamagedFrameError);
    const { snapshots } = await listSnapshots(store, FLOW, { from: 0, to: BEGIN, limit: 20 }, BEGIN);
    expect(snapshots).toMatchObject([{ damage: 'missing' }]);
    expect(MAX_CHAIN).toBeLessThan(100_000);
  });
});

test('a plan that decompresses to gigabytes is damaged', () => {
  const bytes = zstdCompressSync(Buffer.alloc(200 * 1024 * 1024, '['));
  const before = memory();
  expect(() => planCodec.decode(bytes, 'p')).toThrow(/cannot be read/);
  expect(memory() - before).toBeLessThan(1024 * 1024 * 1024);
});

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same bytes with a checksum that fits them. */
function resealed(frame: Buffer): Uint8Array {
  const covered = frame.subarray(0, -12);
  return Buffer.concat([covered, createHash('sha256').update(covered).digest().subarray(0, 12)]);
}
