import type { PlanStore, SnapshotStore } from '../shared/ports.ts';
import type { ConfigOptions } from './config-options.ts';
import { type HistoryOptions, historyFile } from './history-options.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** The history and the restores that were planned from it, which are in the same file. */
export interface RestoreStores {
  readonly history: SnapshotStore;
  readonly plans: PlanStore;
  close(): Promise<void>;
}

/** @throws UsageError where the history is off; HistoryStoreError */
export async function openRestoreStores(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<RestoreStores> {
  const path = historyFile(options, terminal.environment);
  if (path === null)
    throw new UsageError('a restore needs the history, and it is off', 'name its file: --history FILE');
  const [{ openHistoryDatabase }, { createSqliteSnapshotStore }, { createSqlitePlanStore }] = await Promise.all([
    import('../shared/adapters/sqlite/open-database.ts'),
    import('../shared/adapters/sqlite/sqlite-snapshot-store.ts'),
    import('../shared/adapters/sqlite/sqlite-plan-store.ts'),
  ]);
  const database = openHistoryDatabase(path);
  const history = createSqliteSnapshotStore(database);
  return { history, plans: createSqlitePlanStore(database), close: () => history.close() };
}
