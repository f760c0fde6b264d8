import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { PlanStore } from '../../restore/plan-store.ts';
import { DamagedDocumentError } from '../../restore/plan-store.ts';
import { guarded } from './database-failure.ts';

/** Beside the history's tables, and created at the first use: a history without restores has none. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS restore_document (
  plan TEXT NOT NULL,
  name TEXT NOT NULL,
  keep_until INTEGER NOT NULL,
  digest BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (plan, name)
) STRICT`;

/** Restores of one machine in the history's SQLite file. Closing the store closes the database. */
export function createSqlitePlanStore(database: DatabaseSync): PlanStore {
  guarded(() => database.exec(SCHEMA));
  return {
    async add({ plan, name, bytes, keepUntil }) {
      const { changes } = guarded(() =>
        database
          .prepare(
            'INSERT INTO restore_document (plan, name, keep_until, digest, bytes) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
          )
          .run(plan, name, keepUntil, digestOf(plan, name, bytes), bytes),
      );
      return Number(changes) === 1;
    },

    async read(plan, name, now) {
      const query = 'SELECT digest, bytes FROM restore_document WHERE plan = ? AND name = ? AND keep_until > ?';
      const row = guarded(() => database.prepare(query).get(plan, name, now));
      if (row === undefined) return null;
      const { digest, bytes } = row;
      const isWhole =
        bytes instanceof Uint8Array &&
        digest instanceof Uint8Array &&
        digestOf(plan, name, bytes).equals(Buffer.from(digest));
      if (!isWhole) throw new DamagedDocumentError(plan, name, 'differs from what was stored');
      return bytes;
    },

    async names(plan, now) {
      const query = 'SELECT name FROM restore_document WHERE plan = ? AND keep_until > ? ORDER BY name';
      return guarded(() => database.prepare(query).all(plan, now)).map(({ name }) => String(name));
    },

    async plans(limit, now) {
      const query = 'SELECT DISTINCT plan FROM restore_document WHERE keep_until > ? ORDER BY plan DESC LIMIT ?';
      return guarded(() => database.prepare(query).all(now, limit)).map(({ plan }) => String(plan));
    },

    async close() {
      if (database.isOpen) database.close();
    },
  };
}

/** The digest covers plan and name too, so that no document can pass for another one. */
function digestOf(plan: string, name: string, bytes: Uint8Array): Buffer {
  return createHash('sha256').update(`${plan}\n${name}\n`).update(bytes).digest();
}
