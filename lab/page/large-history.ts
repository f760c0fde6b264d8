import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteAcknowledgementStore } from '../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts';
import { createSqliteSnapshotStore } from '../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { HistoryState } from '../../shared/domain/history/history-state.ts';
import { appendMerged } from '../../shared/domain/history/mapping-run.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import type { AuditReport } from '../../shared/domain/model/report.ts';
import { HistoryWriter } from '../../shared/history/history-writer.ts';

const HOUR_MS = 3_600_000;
/** Hours with an offset sync of each partition; after each third, MM2 wrote records twice. */
const SYNCS = 12;
const RECORDS_AN_HOUR = 80_000n;
const WRITTEN_TWICE = 700n;

/** A history in memory of what a large report has: its partitions with their syncs, and its groups. */
export async function largeHistory({ at, flows }: AuditReport) {
  const database = openHistoryDatabase(':memory:');
  const history = createSqliteSnapshotStore(database);
  const acknowledgements = createSqliteAcknowledgementStore(database);
  const terms = { now: at, leaseMs: 0 };
  for (const { flow, partitions, groups } of flows) {
    const writer = await HistoryWriter.open({
      store: history,
      flow,
      owner: 'page',
      retention: DEFAULT_RETENTION,
      terms,
    });
    const state = new HistoryState(at);
    for (const { topic, partition, sourceEnd, targetEnd, targetTopic } of partitions) {
      state.set({ kind: 'end', role: 'source', topic, partition }, sourceEnd);
      state.set({ kind: 'end', role: 'target', topic: targetTopic, partition }, targetEnd);
      const syncs = state.syncs(topic, partition);
      for (let hour = 0; hour < SYNCS; hour++) {
        const upstream = RECORDS_AN_HOUR * BigInt(hour);
        const downstream = upstream + WRITTEN_TWICE * BigInt(Math.floor(hour / 3));
        appendMerged(syncs, { timestamp: BigInt(at - (SYNCS - hour) * HOUR_MS), upstream, downstream });
      }
    }
    for (const { group, topic, partition, committed } of groups) {
      state.set({ kind: 'commit', role: 'source', group, topic, partition }, committed);
    }
    Object.assign(state.readAt, { source: at, target: at });
    await writer.record(state, terms);
  }
  return { history, acknowledgements };
}
