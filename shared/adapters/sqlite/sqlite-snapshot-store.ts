import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { HistoryBusyError, HistoryFencedError } from '../../history/history-errors.ts';
import type { HistoryStore } from '../../history/history-lineage.ts';
import type { FrameEntry, HistoryHead, HistoryLease, LeaseTerms } from '../../history/snapshot-store.ts';
import { guarded } from './database-failure.ts';
import { inTransaction, ownHead, type Row } from './history-transaction.ts';

const ENTRY = 'at, level, expires_at, ancestors, size';

/** Beside the other tables, and created at the first use: a history of an older version has none. */
const LINEAGES = `
CREATE TABLE IF NOT EXISTS lineage (
  flow TEXT NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  PRIMARY KEY (flow, source, target)
) STRICT`;

/** The history of one machine in an SQLite file; see `openHistoryDatabase`. Closing the store closes the database. */
export function createSqliteSnapshotStore(database: DatabaseSync): HistoryStore {
  guarded(() => database.exec(LINEAGES));
  return {
    async lineages(flow) {
      const query = 'SELECT source, target, begun_at FROM lineage WHERE flow = ? ORDER BY begun_at DESC';
      return guarded(() => database.prepare(query).all(flow)).map((row) => ({
        source: String(row.source),
        target: String(row.target),
        begunAt: numberOf(row.begun_at) ?? 0,
      }));
    },

    async begin(flow, { source, target, begunAt }) {
      guarded(() =>
        database
          .prepare('INSERT OR REPLACE INTO lineage (flow, source, target, begun_at) VALUES (?, ?, ?, ?)')
          .run(flow, source, target, begunAt),
      );
    },

    acquire: async (flow, owner, terms) => inTransaction(database, () => acquire(database, flow, owner, terms)),

    async append(lease, { entry, bytes }, after, terms) {
      inTransaction(database, () => {
        const head = ownHead(database, lease);
        if (head.tail_at !== after) throw new HistoryFencedError(lease.flow);
        database
          .prepare(`INSERT INTO frame (flow, ${ENTRY}, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)`)
          .run(lease.flow, entry.at, entry.level, entry.expiresAt, entry.ancestors.join(' '), bytes.length, bytes);
        database
          .prepare('UPDATE head SET tail_at = ?, held_until = ?, leased_until = ? WHERE flow = ?')
          .run(entry.at, entry.at, terms.now + terms.leaseMs, lease.flow);
      });
    },

    async hold(lease, at, terms) {
      inTransaction(database, () => {
        ownHead(database, lease);
        database
          .prepare('UPDATE head SET held_until = ?, leased_until = ? WHERE flow = ?')
          .run(at, terms.now + terms.leaseMs, lease.flow);
      });
    },

    async release({ flow, owner, epoch }) {
      guarded(() =>
        database
          .prepare('UPDATE head SET leased_until = 0 WHERE flow = ? AND owner = ? AND epoch = ?')
          .run(flow, owner, epoch),
      );
    },

    async head(flow) {
      const row = guarded(() => database.prepare('SELECT * FROM head WHERE flow = ?').get(flow));
      return row === undefined ? null : headOf(row);
    },

    async newest(flow, atOrBefore, now) {
      const query = `SELECT ${ENTRY} FROM frame WHERE flow = ? AND at <= ? AND expires_at > ? ORDER BY at DESC LIMIT 1`;
      const row = guarded(() => database.prepare(query).get(flow, atOrBefore, now));
      return row === undefined ? null : entryOf(row);
    },

    async list(flow, { from, to, limit }, now) {
      const query = `SELECT ${ENTRY} FROM frame WHERE flow = ? AND at BETWEEN ? AND ? AND expires_at > ? ORDER BY at LIMIT ?`;
      return guarded(() => database.prepare(query).all(flow, from, to, now, limit ?? -1)).map(entryOf);
    },

    async read(flow, ats, now) {
      const query = database.prepare(`SELECT ${ENTRY}, bytes FROM frame WHERE flow = ? AND at = ? AND expires_at > ?`);
      return ats.map((at) => {
        const row = guarded(() => query.get(flow, at, now));
        if (row === undefined) return null;
        const entry = entryOf(row);
        const isWhole = row.bytes instanceof Uint8Array && row.bytes.length === entry.size;
        return { entry, bytes: isWhole && row.bytes instanceof Uint8Array ? row.bytes : null };
      });
    },

    async thin(flow, now) {
      const { changes } = guarded(() =>
        database.prepare('DELETE FROM frame WHERE flow = ? AND expires_at <= ?').run(flow, now),
      );
      return Number(changes);
    },

    async stats(flow, now) {
      const query =
        'SELECT count(*) AS frames, sum(size) AS bytes, min(at) AS oldest, max(at) AS newest FROM frame WHERE flow = ? AND expires_at > ?';
      const row = guarded(() => database.prepare(query).get(flow, now)) ?? {};
      return {
        frames: numberOf(row.frames) ?? 0,
        bytes: numberOf(row.bytes) ?? 0,
        oldest: numberOf(row.oldest),
        newest: numberOf(row.newest),
      };
    },

    async close() {
      if (database.isOpen) database.close();
    },
  };
}

function acquire(
  database: DatabaseSync,
  flow: string,
  owner: string,
  { now, leaseMs }: LeaseTerms,
): { readonly lease: HistoryLease; readonly head: HistoryHead } {
  const row = database.prepare('SELECT * FROM head WHERE flow = ?').get(flow);
  const leasedUntil = now + leaseMs;
  if (row === undefined) {
    database
      .prepare('INSERT INTO head (flow, epoch, owner, leased_until) VALUES (?, 1, ?, ?)')
      .run(flow, owner, leasedUntil);
    return { lease: { flow, owner, epoch: 1 }, head: { epoch: 1, leasedUntil, tail: null } };
  }
  const known = headOf(row);
  const isOwn = row.owner === owner;
  if (!isOwn && known.leasedUntil > now) throw new HistoryBusyError(flow, known.leasedUntil);
  const epoch = isOwn ? known.epoch : known.epoch + 1;
  database
    .prepare('UPDATE head SET epoch = ?, owner = ?, leased_until = ? WHERE flow = ?')
    .run(epoch, owner, leasedUntil, flow);
  return { lease: { flow, owner, epoch }, head: { ...known, epoch, leasedUntil } };
}

function headOf(row: Row): HistoryHead {
  const at = numberOf(row.tail_at);
  const tail = at === null ? null : { at, heldUntil: numberOf(row.held_until) ?? at };
  return { epoch: numberOf(row.epoch) ?? 0, leasedUntil: numberOf(row.leased_until) ?? 0, tail };
}

function entryOf(row: Row): FrameEntry {
  const { ancestors } = row;
  return {
    at: numberOf(row.at) ?? 0,
    level: numberOf(row.level) ?? 0,
    expiresAt: numberOf(row.expires_at) ?? 0,
    ancestors: typeof ancestors === 'string' && ancestors !== '' ? ancestors.split(' ').map(Number) : [],
    size: numberOf(row.size) ?? 0,
  };
}

function numberOf(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
