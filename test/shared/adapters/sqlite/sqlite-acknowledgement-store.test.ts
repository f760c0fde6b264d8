import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteAcknowledgementStore } from '../../../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts';
import { KEEP_ENDED_MS } from '../../../../shared/history/acknowledgement-store.ts';
import { HistoryStoreError } from '../../../../shared/history/history-errors.ts';
import { BEGIN } from '../../history/recorded-flow.ts';
import { describeAcknowledgementStore } from '../acknowledgement-store-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-acknowledgements-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeAcknowledgementStore('SQLite', async () => {
  const path = join(folder, 'history.db');
  const raw = openHistoryDatabase(path);
  return {
    open: () => createSqliteAcknowledgementStore(openHistoryDatabase(path)),
    async overwrite(flow, id, document) {
      raw.prepare('UPDATE acknowledgement SET document = ? WHERE flow = ? AND id = ?').run(document, flow, id);
    },
    stop: async () => raw.close(),
  };
});

test('what is kept no longer is removed from the file with the next acknowledgement', async () => {
  const database = openHistoryDatabase(':memory:');
  const store = createSqliteAcknowledgementStore(database);
  const one = {
    id: 'aaaaaaaaaaaa',
    flow: 'A->B',
    code: 'MIRROR_STOPPED',
    subject: {},
    reason: 'r',
    by: 'b',
    at: BEGIN,
    until: BEGIN + 1,
    ending: null,
  } as const;
  await store.add(one);
  await store.add({ ...one, id: 'bbbbbbbbbbbb', at: BEGIN + 1 + KEEP_ENDED_MS, until: null });
  expect(database.prepare('SELECT id FROM acknowledgement').all()).toEqual([{ id: 'bbbbbbbbbbbb' }]);
  await store.close();
});

test('a database that is gone is a failure of the store', async () => {
  const database = openHistoryDatabase(':memory:');
  const store = createSqliteAcknowledgementStore(database);
  await store.close();
  await expect(store.list('A->B', BEGIN)).rejects.toBeInstanceOf(HistoryStoreError);
});
