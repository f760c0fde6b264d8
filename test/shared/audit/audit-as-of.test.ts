import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteAcknowledgementStore } from '../../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts';
import { createSqliteSnapshotStore } from '../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { auditAsOf } from '../../../shared/audit/audit-as-of.ts';
import { runAudit } from '../../../shared/audit/run-audit.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';
import { newestHistory } from '../../../shared/history/history-lineage.ts';
import { HistoryRecorder } from '../../../shared/history/history-recorder.ts';

/** The loss that each audit of a recording said, and the one as of its time. */
async function lossesOf(recording: string) {
  const { snapshots, ...rest } = readRecording(join(import.meta.dirname, '../../recordings', recording));
  const config = configOf({ snapshots, ...rest });
  const database = openHistoryDatabase(':memory:');
  const store = createSqliteSnapshotStore(database);
  const acknowledgements = createSqliteAcknowledgementStore(database);
  const losses = [];
  for (const snapshot of snapshots) {
    const clock = { now: () => snapshot.atMs };
    const history = new HistoryRecorder({ store, owner: 'test', retention: DEFAULT_RETENTION, leaseMs: 0, clock });
    const reader = (alias: string) => new RecordedCluster(snapshot, alias);
    const said = (await runAudit({ config, reader, clock, history })).flows[0];
    const { flows, policy } = config;
    const of = { flows, policy, store: newestHistory(store), acknowledgements, asOf: snapshot.atMs, clock };
    const past = (await auditAsOf(of)).flows[0];
    if (said?.loss.kind === 'known' && past?.loss.kind === 'known') {
      expect(past.verdict).toBe(said.verdict);
      losses.push({ said: said.loss, past: past.loss });
    }
  }
  await store.close();
  return losses;
}

// The second has offsets of markers, which only a look tells from records.
describe.each(['02b-stopped-lag-default-flush.json', '03a-transactions-default.json'])('%s', (recording) => {
  test('as of its time a loss is an upper bound of what the audit said, and never called proven', async () => {
    const losses = await lossesOf(recording);
    expect(losses.some(({ said, past }) => past.records > said.records)).toBe(true);
    for (const { said, past } of losses) {
      expect(past.records).toBeGreaterThanOrEqual(said.records);
      if (past.records > 0n) expect(past.basis).toBe('estimated');
    }
  });
});
