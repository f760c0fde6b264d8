import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordedCluster } from '../../lab/truth/recorded-cluster.ts';
import { readRecording } from '../../lab/truth/recording.ts';
import { configOf } from '../../lab/truth/replay.ts';
import { openHistoryDatabase } from '../../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { HistoryRecorder } from '../../shared/history/history-recorder.ts';

const RECORDING = readRecording(join(import.meta.dirname, '../recordings/02-stopped-lag.json'));
const MINUTE = 60_000;

/**
 * Writes `tidemark.yaml`, of clusters that refuse, and `history.db`: what audits found of a recorded MM2, ten minutes apart, the
 * last one just now. Returns how many audits that are.
 */
export async function writeRecordedHistory(folder: string): Promise<number> {
  const yaml = [
    'clusters: { A: { bootstrapServers: "127.0.0.1:1" }, B: { bootstrapServers: "127.0.0.1:1" } }',
    'flows: [{ flow: A->B, failover: { objectives: { rpoRecords: 0 } } }]',
  ];
  writeFileSync(join(folder, 'tidemark.yaml'), `${yaml.join('\n')}\n`);
  const store = createSqliteSnapshotStore(openHistoryDatabase(join(folder, 'history.db')));
  const config = configOf(RECORDING);
  const moments = RECORDING.snapshots.length;
  const begin = Date.now() - 10 * MINUTE * moments;
  for (const [index, snapshot] of RECORDING.snapshots.entries()) {
    const clock = { now: () => begin + 10 * MINUTE * index };
    const terms = { owner: 'test', retention: DEFAULT_RETENTION, leaseMs: 0, clock };
    await runAudit({
      config,
      reader: (alias) => new RecordedCluster(snapshot, alias),
      clock,
      history: new HistoryRecorder({ store, ...terms }),
    });
  }
  await store.close();
  return moments;
}
