import { DatabaseSync } from 'node:sqlite';
import { HistoryStoreError } from '../../history/history-errors.ts';

const SCHEMA_VERSION = 1;
/** How long one process waits for another one's write, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

const SCHEMA = `
CREATE TABLE head (
  flow TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  owner TEXT NOT NULL,
  leased_until INTEGER NOT NULL,
  tail_at INTEGER,
  held_until INTEGER
) STRICT;
CREATE TABLE frame (
  flow TEXT NOT NULL,
  at INTEGER NOT NULL,
  level INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ancestors TEXT NOT NULL,
  size INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (flow, at)
) STRICT;
CREATE INDEX frame_expiry ON frame (flow, expires_at);
PRAGMA user_version = ${SCHEMA_VERSION};`;

/**
 * Opens the history's file, or creates it. It uses a write-ahead log, so that readers do not wait for a writer in
 * another process, nor the writer for them. Every commit is on disk before it is acknowledged.
 *
 * @param path of the file, or `:memory:`
 * @throws HistoryStoreError if it cannot be opened, is no database, or was written by a newer Tidemark
 */
export function openHistoryDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    prepareSchema(database);
    return database;
  } catch (cause) {
    database?.close();
    if (cause instanceof HistoryStoreError) throw cause;
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new HistoryStoreError('HISTORY_STORE_UNUSABLE', `the history in ${path} cannot be opened: ${why}`, {
      cause,
      remedy: 'Check that the folder exists, that it is writable, and that the file is a history of Tidemark.',
    });
  }
}

/** In its own transaction, because two processes may find the file empty at the same time. */
function prepareSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = database.prepare('PRAGMA user_version').get()?.user_version;
    if (version === 0) database.exec(SCHEMA);
    else if (version !== SCHEMA_VERSION) {
      throw new HistoryStoreError(
        'HISTORY_FUTURE_VERSION',
        `the history has schema ${version}; this Tidemark knows schema ${SCHEMA_VERSION}`,
        {
          remedy: 'A newer Tidemark wrote it: upgrade this one.',
        },
      );
    }
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}
