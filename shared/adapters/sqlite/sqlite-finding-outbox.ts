import type { DatabaseSync } from 'node:sqlite';
import { type FindingOutbox, findingEventOf, openFindingsOf } from '../../history/finding-outbox.ts';
import { HistoryFencedError } from '../../history/history-errors.ts';
import { guarded } from './database-failure.ts';
import { inTransaction, ownHead } from './history-transaction.ts';

/** Beside the history's tables, and made when it is first needed. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS finding_state (
  flow TEXT PRIMARY KEY,
  revision INTEGER NOT NULL,
  open TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS finding_event (
  flow TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (flow, id)
) STRICT`;

/** Events of findings in the history's SQLite file. The owner of the database closes it. */
export function createSqliteFindingOutbox(database: DatabaseSync): FindingOutbox {
  guarded(() => database.exec(SCHEMA));
  return {
    async state(key) {
      const row = guarded(() => database.prepare('SELECT revision, open FROM finding_state WHERE flow = ?').get(key));
      return row === undefined ? null : { revision: Number(row.revision), open: openFindingsOf(String(row.open)) };
    },

    async announce(lease, after, { open, events }) {
      const key = lease.flow;
      inTransaction(database, () => {
        ownHead(database, lease);
        const known = database.prepare('SELECT revision FROM finding_state WHERE flow = ?').get(key);
        if ((known?.revision ?? null) !== after) throw new HistoryFencedError(key);
        database
          .prepare('INSERT OR REPLACE INTO finding_state (flow, revision, open) VALUES (?, ?, ?)')
          .run(key, (after ?? 0) + 1, JSON.stringify(open));
        const add = database.prepare('INSERT INTO finding_event (flow, id, at, document) VALUES (?, ?, ?, ?)');
        for (const event of events) add.run(key, event.id, event.at, JSON.stringify(event));
      });
    },

    async pending(key, limit) {
      const query = 'SELECT document FROM finding_event WHERE flow = ? ORDER BY at, id LIMIT ?';
      const rows = guarded(() => database.prepare(query).all(key, limit));
      return rows.map(({ document }) => findingEventOf(String(document)));
    },

    async delivered(key, events) {
      inTransaction(database, () => {
        const remove = database.prepare('DELETE FROM finding_event WHERE flow = ? AND id = ?');
        for (const { id } of events) remove.run(key, id);
      });
    },
  };
}
