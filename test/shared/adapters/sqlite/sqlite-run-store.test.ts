import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteRunStore } from '../../../../shared/adapters/sqlite/sqlite-run-store.ts';
import { describeRunStore } from '../run-store-contract.ts';

describeRunStore('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-runs-'));
  const open: DatabaseSync[] = [];
  return {
    open() {
      const database = openHistoryDatabase(join(folder, 'history.db'));
      open.push(database);
      return createSqliteRunStore(database);
    },
    async stop() {
      for (const database of open) database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
