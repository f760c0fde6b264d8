import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import { factsOf } from '../../../lab/explore/state-facts.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { MalformedHistoryError } from '../../../shared/domain/history/frame/bytes.ts';
import { applyFrame } from '../../../shared/domain/history/frame/frame.ts';
import { DamagedFrameError } from '../../../shared/history/history-errors.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import { openFrame, sealFrame } from '../../../shared/history/sealed-frame.ts';
import { generator, mutated } from '../../mutated.ts';
import { FLOW, MINUTE, movedTo, openWriter, terms } from './recorded-flow.ts';

const MUTATIONS = 3_000;
const SNAPSHOTS = 8;
/** Not by the clock: the same bytes on every run. */
const BEGIN = 1_800_000_000_000;

async function recorded(): Promise<{ database: DatabaseSync; ats: readonly number[]; facts: readonly string[][] }> {
  const database = openHistoryDatabase(':memory:');
  const store = createSqliteSnapshotStore(database);
  const writer = await openWriter(store, BEGIN);
  const ats = Array.from({ length: SNAPSHOTS }, (_, i) => BEGIN + i * 4 * MINUTE);
  const facts: string[][] = [];
  for (const [i, at] of ats.entries()) {
    const state = movedTo(writer, at, 1_000 + i * 137);
    state.said = { verdict: i % 3 === 0 ? 'ready' : 'at-risk', reasons: i % 3 === 0 ? [] : [`REASON_${i}`] };
    state.syncs('orders', 1).breakBeforeNext('newSource');
    const gap = { timestamp: BigInt(at - 1), upstream: BigInt(i * 40), downstream: BigInt(i * 39) };
    state.syncs('orders', 2).push({ ...gap, hole: i % 2 === 0, compared: i % 2 === 1 });
    if (i === 5) state.syncs('orders', 2).keep([0, 2, 4]);
    if (i > 5) state.readAt.source = ats[5] ?? 0;
    state.topicIds.target.set('mm2-offset-syncs.B.internal', 'MkTRyqcURXqnfHkYZpmUUg');
    facts.push([...factsOf(state)]);
    await writer.record(state, terms(at));
  }
  return { database, ats, facts };
}

describe('altered stored bytes', () => {
  test('3,000 random mutations: each is detected or harmless, none crashes or gives a wrong position', async () => {
    const { database, ats, facts } = await recorded();
    const store = createSqliteSnapshotStore(database);
    const rows = database.prepare('SELECT at, bytes, size, level, ancestors, expires_at FROM frame ORDER BY at').all();
    const random = generator(42);
    const put = database.prepare(
      'UPDATE frame SET bytes = ?, size = ?, level = ?, ancestors = ?, expires_at = ? WHERE at = ?',
    );
    const counts = { detected: 0, harmless: 0 };
    for (let i = 0; i < MUTATIONS; i++) {
      const row = rows[random(rows.length)];
      if (row === undefined || !(row.bytes instanceof Uint8Array)) throw new Error('no row');
      const { at = 0, level = 0, ancestors = '', expires_at: expires = 0 } = row;
      const change = random(12);
      const other = rows[random(rows.length)]?.bytes;
      let bytes: Uint8Array = change > 3 ? mutated(row.bytes, random) : row.bytes;
      if (change === 0 && other instanceof Uint8Array) bytes = other;
      put.run(
        bytes,
        change === 11 ? random(10_000) : bytes.length,
        change === 1 ? random(7) : level,
        change === 2 ? String(ats[random(SNAPSHOTS)]) : ancestors,
        change === 3 ? random(2) * Number.MAX_SAFE_INTEGER : expires,
        at,
      );
      const wanted = random(SNAPSHOTS);
      try {
        const found = await readStateAsOf(store, FLOW, ats[wanted] ?? 0, BEGIN);
        if (found !== null) {
          const which = ats.indexOf(found.state.at);
          expect(factsOf(found.state)).toEqual(facts[which]);
          // The reader must report it whenever it returns another snapshot than the requested one.
          if (which !== wanted && change !== 3) expect(found.passedOver.length).toBeGreaterThan(0);
          if (which === wanted) counts.harmless++;
          else counts.detected++;
        }
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedFrameError);
        counts.detected++;
      }
      put.run(row.bytes, row.size ?? 0, level, ancestors, expires, at);
    }
    expect(counts.detected).toBeGreaterThan(MUTATIONS / 5);
    database.close();
  });

  test('forged bytes with a valid checksum are decoded or refused, without excessive memory', async () => {
    const { database } = await recorded();
    const random = generator(7);
    const rows = database.prepare('SELECT bytes FROM frame ORDER BY level DESC LIMIT 1').all();
    const [row] = rows;
    if (!(row?.bytes instanceof Uint8Array)) throw new Error('no keyframe');
    const { body } = openFrame(row.bytes);
    for (let i = 0; i < 3_000; i++) {
      const sealed = sealFrame(mutated(body, random));
      try {
        applyFrame(openFrame(sealed.bytes).body, null);
      } catch (error) {
        const isKnown = error instanceof MalformedHistoryError || error instanceof RangeError;
        expect(isKnown ? 'refused' : error).toBe('refused');
      }
    }
    database.close();
  });

  test('a newer format and an unknown codec are distinguished from damage', async () => {
    const frame = Buffer.from(sealFrame(Buffer.from('body of a frame')).bytes);
    expect(() => openFrame(frame.subarray(0, 20))).toThrow(DamagedFrameError);
    const { createHash } = await import('node:crypto');
    for (const [place, damage] of [
      [3, 'future-version'],
      [4, 'unknown-codec'],
    ] as const) {
      const other = Buffer.from(frame);
      other[place] = 9;
      createHash('sha256')
        .update(other.subarray(0, -12))
        .digest()
        .copy(other, other.length - 12, 0, 12);
      expect(() => openFrame(other)).toThrow(expect.objectContaining({ damage }));
    }
  });
});
