import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import { historySize } from '../../../shared/history/history-size.ts';
import { listSnapshots } from '../../../shared/history/list-snapshots.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import { BEGIN, FLOW, MINUTE, movedTo, openWriter, terms } from './recorded-flow.ts';

describe("a flow's history", () => {
  let database: DatabaseSync;
  let store: SnapshotStore;
  const at = (minute: number): number => BEGIN + minute * MINUTE;
  const now = at(20);
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER - 1, limit: 100 };

  beforeEach(async () => {
    database = openHistoryDatabase(':memory:');
    store = createSqliteSnapshotStore(database);
    const writer = await openWriter(store, BEGIN);
    // Two audits find each state; the second one finds it unchanged.
    for (let minute = 0; minute < 10; minute++) {
      await writer.record(movedTo(writer, at(minute), 1_000 * (1 + Math.floor(minute / 2))), terms(at(minute)));
    }
  });
  afterEach(() => store.close());

  test('lists snapshots newest first, each with the last audit that found it unchanged', async () => {
    const { snapshots, left } = await listSnapshots(store, FLOW, all, now);
    expect(left).toBe(0);
    expect(snapshots.map((one) => one.at)).toEqual([8, 6, 4, 2, 0].map(at));
    expect(snapshots.map((one) => one.heldUntil)).toEqual([9, 7, 5, 3, 1].map(at));
    expect(snapshots.map((one) => one.damage)).toEqual([null, null, null, null, null]);
    expect(snapshots.at(-1)?.level).toBe(DEFAULT_RETENTION.steps.length - 1);
    expect(snapshots.every(({ bytes, expiresAt }) => bytes > 20 && expiresAt > now)).toBe(true);
  });

  test('GIVEN a range and a limit THEN it lists the newest ones and says how many the limit left out', async () => {
    const range = { from: at(1), to: at(7), limit: 2 };
    const { snapshots, left } = await listSnapshots(store, FLOW, range, now);
    expect(snapshots.map((one) => [one.at, one.heldUntil])).toEqual([
      [at(6), at(7)],
      [at(4), at(5)],
    ]);
    expect(left).toBe(1);
  });

  test('marks a damaged snapshot and all whose chain needs it; until when the one before held is unknown', async () => {
    const damage = database.prepare('UPDATE frame SET bytes = ? WHERE at = ?');
    const bytes = database.prepare('SELECT bytes FROM frame WHERE at = ?').get(at(4))?.bytes;
    if (!(bytes instanceof Uint8Array)) throw new Error('the frame has bytes');
    const changed = bytes.slice();
    changed[12] = (changed[12] ?? 0) ^ 1;
    damage.run(changed, at(4));
    const { snapshots } = await listSnapshots(store, FLOW, all, now);
    const by = new Map(snapshots.map((one) => [one.at, one]));
    // The parent of a frame of the finest level is the frame before it: the chains of 6 and 8 need 4.
    expect([8, 6, 4, 2, 0].map((minute) => by.get(at(minute))?.damage)).toEqual([
      'checksum',
      'checksum',
      'checksum',
      null,
      null,
    ]);
    expect(by.get(at(2))?.heldUntil).toBeNull();
    expect(by.get(at(0))?.heldUntil).toBe(at(1));
  });

  test('marks a snapshot whose keyframe is missing', async () => {
    database.prepare('DELETE FROM frame WHERE at = ?').run(at(0));
    const { snapshots } = await listSnapshots(store, FLOW, all, now);
    expect(snapshots.map(({ damage }) => damage)).toEqual(['missing', 'missing', 'missing', 'missing']);
  });

  test('has a size, by level and for the last day', async () => {
    const size = await historySize(store, FLOW, DEFAULT_RETENTION, now);
    const { snapshots } = await listSnapshots(store, FLOW, all, now);
    const bytes = snapshots.reduce((sum, one) => sum + one.bytes, 0);
    expect(size).toMatchObject({
      snapshots: 5,
      bytes,
      bytesLastDay: bytes,
      oldest: at(0),
      newest: at(8),
      heldUntil: at(9),
    });
    expect(size.levels.map((one) => one.snapshots)).toEqual([4, 0, 0, 0, 0, 1]);
    expect(size.levels.reduce((sum, one) => sum + one.bytes, 0)).toBe(bytes);
    const later = await historySize(store, FLOW, DEFAULT_RETENTION, at(20) + 24 * 60 * MINUTE);
    expect(later.bytesLastDay).toBe(0);
    const none = await historySize(store, 'B->A', DEFAULT_RETENTION, now);
    expect(none).toMatchObject({ snapshots: 0, bytes: 0, oldest: null, newest: null, heldUntil: null });
  });
});
