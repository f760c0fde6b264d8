import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from '@jest/globals';
import { temporaryParent } from '../../../../lab/temporary-folder.ts';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { killAtEveryWrite } from '../kill-at-every-write.ts';
import { describeSnapshotStore } from '../snapshot-store-contract.ts';

const folder = mkdtempSync(join(temporaryParent(), 'tidemark-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeSnapshotStore(
  'SQLite',
  async () => {
    const path = join(folder, 'history.db');
    const raw = openHistoryDatabase(path);
    return {
      open: () => createSqliteSnapshotStore(openHistoryDatabase(path)),
      async overwrite(flow, at, bytes) {
        raw
          .prepare('UPDATE frame SET bytes = ?, size = ? WHERE flow = ? AND at = ?')
          .run(bytes, bytes.length, flow, at);
      },
      async tear(flow, at) {
        raw.prepare("UPDATE frame SET bytes = x'' WHERE flow = ? AND at = ?").run(flow, at);
      },
      stop: async () => raw.close(),
    };
  },
  30,
);

test('WHEN the writer is killed at any write THEN nothing torn is seen and going on completes', async () => {
  const { steps } = await killAtEveryWrite('sqlite', async (step) => {
    const path = join(folder, `killed-${step}.db`);
    return { place: path, table: '', store: () => createSqliteSnapshotStore(openHistoryDatabase(path)) };
  });
  expect(steps).toBeGreaterThan(10);
});

test('a file of a newer schema, one that is no database and a folder that is not there are refused in words', () => {
  const newer = join(folder, 'newer.db');
  const database = new DatabaseSync(newer);
  database.exec('PRAGMA user_version = 2');
  database.close();
  expect(() => openHistoryDatabase(newer)).toThrow('schema 2');
  const text = join(folder, 'text.db');
  writeFileSync(text, 'not a database, but long enough to be looked at as if it were one'.repeat(20));
  expect(() => openHistoryDatabase(text)).toThrow('cannot be opened');
  expect(() => openHistoryDatabase(join(folder, 'absent', 'history.db'))).toThrow('cannot be opened');
});
