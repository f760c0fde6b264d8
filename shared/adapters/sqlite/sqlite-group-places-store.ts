import type { DatabaseSync } from 'node:sqlite';
import { type GroupPlacesStore, groupPlacesOf, groupPlacesText } from '../../audit/group-places-store.ts';
import { guarded } from './database-failure.ts';

/** Beside the history's tables, and made when it is first needed. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS group_places (
  deployment TEXT NOT NULL,
  flow TEXT NOT NULL,
  places TEXT NOT NULL,
  PRIMARY KEY (deployment, flow)
) STRICT`;

/** Which groups have metrics of their own, in the history's SQLite file. The owner of the database closes it. */
export function createSqliteGroupPlacesStore(database: DatabaseSync, deployment: string): GroupPlacesStore {
  guarded(() => database.exec(SCHEMA));
  return {
    async read(flow) {
      const query = 'SELECT places FROM group_places WHERE deployment = ? AND flow = ?';
      const row = guarded(() => database.prepare(query).get(deployment, flow));
      return row === undefined ? null : groupPlacesOf(String(row.places));
    },

    async write(flow, places) {
      const command = 'INSERT OR REPLACE INTO group_places (deployment, flow, places) VALUES (?, ?, ?)';
      guarded(() => database.prepare(command).run(deployment, flow, groupPlacesText(places)));
    },
  };
}
