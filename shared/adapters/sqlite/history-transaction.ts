import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { HistoryFencedError } from '../../history/history-errors.ts';
import type { HistoryLease } from '../../history/snapshot-store.ts';
import { guarded } from './database-failure.ts';

export type Row = Record<string, SQLOutputValue>;

/** The head of a flow. @throws HistoryFencedError if another writer has its lease */
export function ownHead(database: DatabaseSync, { flow, owner, epoch }: HistoryLease): Row {
  const row = database.prepare('SELECT * FROM head WHERE flow = ?').get(flow);
  if (row === undefined || row.epoch !== epoch || row.owner !== owner) throw new HistoryFencedError(flow);
  return row;
}

/** IMMEDIATE, so that no other process can change what was read before this one writes. */
export function inTransaction<T>(database: DatabaseSync, run: () => T): T {
  return guarded(() => {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = run();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}
