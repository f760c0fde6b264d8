import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteFindingOutbox } from '../../../../shared/adapters/sqlite/sqlite-finding-outbox.ts';
import { createSqliteSnapshotStore } from '../../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { describeFindingOutbox } from '../finding-outbox-contract.ts';

describeFindingOutbox('the outbox in SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-outbox-'));
  const opened: { close(): void }[] = [];
  return {
    open() {
      const database = openHistoryDatabase(join(folder, 'history.db'));
      opened.push(database);
      return { history: createSqliteSnapshotStore(database), outbox: createSqliteFindingOutbox(database) };
    },
    async stop() {
      for (const database of opened) database.close();
      rmSync(folder, { recursive: true });
    },
  };
});
