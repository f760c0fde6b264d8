import type { DatabaseSync } from 'node:sqlite';
import type { Acknowledgement } from '../../domain/model/finding.ts';
import {
  type AcknowledgementStore,
  acknowledgementOf,
  documentOf,
  keepUntil,
  oldestFirst,
} from '../../history/acknowledgement-store.ts';
import { guarded } from './database-failure.ts';

/** Beside the history's tables, and made when it is first needed: a history of an older version has none. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS acknowledgement (
  flow TEXT NOT NULL,
  id TEXT NOT NULL,
  keep_until INTEGER,
  document TEXT NOT NULL,
  ending TEXT,
  PRIMARY KEY (flow, id)
) STRICT`;

/** Acknowledgements in the history's SQLite file. Closing the store closes the database. */
export function createSqliteAcknowledgementStore(database: DatabaseSync): AcknowledgementStore {
  guarded(() => database.exec(SCHEMA));
  return {
    async add(acknowledgement) {
      const { flow, id, at } = acknowledgement;
      return guarded(() => {
        database.prepare('DELETE FROM acknowledgement WHERE keep_until <= ?').run(at);
        const { changes } = database
          .prepare(
            'INSERT INTO acknowledgement (flow, id, keep_until, document) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
          )
          .run(flow, id, keepUntil(acknowledgement), documentOf(acknowledgement));
        return Number(changes) === 1;
      });
    },

    async end(flow, id, ending) {
      return guarded(() => {
        const { changes } = database
          .prepare('UPDATE acknowledgement SET ending = ?, keep_until = ? WHERE flow = ? AND id = ? AND ending IS NULL')
          .run(JSON.stringify(ending), keepUntil({ until: null, ending }), flow, id);
        return Number(changes) === 1;
      });
    },

    async list(flow, now) {
      const query =
        'SELECT document, ending FROM acknowledgement WHERE flow = ? AND (keep_until IS NULL OR keep_until > ?)';
      const rows = guarded(() => database.prepare(query).all(flow, now));
      const found = rows.map(({ document, ending }): Acknowledgement | null =>
        acknowledgementOf(flow, String(document), ending == null ? null : String(ending)),
      );
      return oldestFirst(found.filter((one) => one !== null));
    },

    async close() {
      if (database.isOpen) database.close();
    },
  };
}
