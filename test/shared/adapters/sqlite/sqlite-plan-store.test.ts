import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqlitePlanStore } from '../../../../shared/adapters/sqlite/sqlite-plan-store.ts';
import { createSqliteSnapshotStore } from '../../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { BEGIN, movedTo, openWriter, terms } from '../../history/recorded-flow.ts';
import { describePlanStore } from '../plan-store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-plans-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describePlanStore('SQLite', async () => {
  const path = join(folder, 'history.db');
  const raw = openHistoryDatabase(path);
  return {
    open: () => createSqlitePlanStore(openHistoryDatabase(path)),
    async alter(plan, name) {
      raw
        .prepare(
          "UPDATE restore_document SET bytes = CAST(substr(bytes, 1, 1000) || x'00' || substr(bytes, 1002) AS BLOB) WHERE plan = ? AND name = ?",
        )
        .run(plan, name);
    },
    async tear(plan, name) {
      raw
        .prepare('UPDATE restore_document SET bytes = substr(bytes, 1, 1000) WHERE plan = ? AND name = ?')
        .run(plan, name);
    },
    async swap(plan, from, to) {
      raw
        .prepare(
          `UPDATE restore_document SET (bytes, digest) = (SELECT bytes, digest FROM restore_document WHERE plan = ?1 AND name = ?2)
           WHERE plan = ?1 AND name = ?3`,
        )
        .run(plan, from, to);
    },
    stop: async () => raw.close(),
  };
});

test('a history made before there were restores takes them, and stays what it was', async () => {
  const path = join(folder, 'older.db');
  const snapshots = createSqliteSnapshotStore(openHistoryDatabase(path));
  const writer = await openWriter(snapshots, BEGIN);
  await writer.record(movedTo(writer, BEGIN, 100), terms(BEGIN));
  const plans = createSqlitePlanStore(openHistoryDatabase(path));
  expect(await plans.add({ plan: 'p', name: 'plan', bytes: Buffer.from('x'), keepUntil: BEGIN + 1 })).toBe(true);
  await plans.close();
  expect((await snapshots.stats('A->B', BEGIN)).frames).toBe(1);
  await snapshots.close();
});
