import type { DatabaseSync } from 'node:sqlite';
import { canonicalJson } from '../../domain/model/canonical-json.ts';
import type { FlowLock, RunStore } from '../../failover/run-store.ts';
import { guarded } from './database-failure.ts';
import { inTransaction } from './history-transaction.ts';

/** Beside the history's tables, and created at the first use: a history without failovers has none. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS failover_entry (
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (run, seq)
) STRICT;
CREATE TABLE IF NOT EXISTS failover_lock (
  flow TEXT PRIMARY KEY,
  run TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  holder TEXT,
  is_free INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT`;

/** Failovers of one machine in the history's SQLite file. The caller closes the database. */
export function createSqliteRunStore(database: DatabaseSync): RunStore {
  guarded(() => database.exec(SCHEMA));
  const lockOf = (flow: string): { readonly lock: FlowLock; readonly isFree: boolean } | null => {
    const row = database.prepare('SELECT * FROM failover_lock WHERE flow = ?').get(flow);
    if (row === undefined) return null;
    const holder = row.holder === null ? null : String(row.holder);
    const lock = { flow, run: String(row.run), epoch: Number(row.epoch), holder, since: Number(row.since) };
    return { lock, isFree: row.is_free === 1 };
  };
  return {
    async lock({ flow, run, holder, at, override, overrideEpoch }) {
      return inTransaction(database, () => {
        const present = lockOf(flow);
        const held = present === null || present.isFree ? null : present.lock;
        const isOurs = held === null || (held.run === run && held.holder === null);
        if (!isOurs && !override && held.epoch !== overrideEpoch) return { kind: 'held', by: held };
        const lock = { flow, run, epoch: (present?.lock.epoch ?? 0) + 1, holder, since: at };
        database
          .prepare(
            'INSERT OR REPLACE INTO failover_lock (flow, run, epoch, holder, is_free, since) VALUES (?, ?, ?, ?, 0, ?)',
          )
          .run(flow, run, lock.epoch, holder, at);
        return { kind: 'locked', lock, overrode: isOurs ? null : held };
      });
    },

    async release({ flow, epoch }, keep) {
      guarded(() =>
        database
          .prepare('UPDATE failover_lock SET holder = NULL, is_free = ? WHERE flow = ? AND epoch = ?')
          .run(keep ? 0 : 1, flow, epoch),
      );
    },

    async lockOf(flow) {
      return guarded(() => {
        const present = lockOf(flow);
        return present === null || present.isFree ? null : present.lock;
      });
    },

    async append(flow, entry) {
      return inTransaction(database, () => {
        if (entry.epoch > 0 && lockOf(flow)?.lock.epoch !== entry.epoch) return 'lock-lost';
        const { changes } = database
          .prepare('INSERT INTO failover_entry (run, seq, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
          .run(entry.run, entry.seq, canonicalJson(entry));
        return Number(changes) === 1 ? 'added' : 'taken';
      });
    },

    async read(run) {
      const query = 'SELECT text FROM failover_entry WHERE run = ? ORDER BY seq';
      return guarded(() => database.prepare(query).all(run)).map(({ text }) => parsed(String(text)));
    },

    async runs(limit) {
      const query = 'SELECT DISTINCT run FROM failover_entry ORDER BY run DESC LIMIT ?';
      return guarded(() => database.prepare(query).all(limit)).map(({ run }) => String(run));
    },
  };
}

/** A torn text is no entry: readers of the run refuse it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
