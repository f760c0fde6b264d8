import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { LabCluster } from '../lab/cluster.ts';
import { runTidemark } from '../lab/demo/run-tidemark.ts';
import { startLab } from '../lab/lab.ts';
import { mm2Properties } from '../lab/mm2-properties.ts';
import { scriptOptions } from '../lab/script-options.ts';
import { RecordWriter } from '../lab/workload/record-writer.ts';
import { createClusterReader } from '../shared/adapters/kafka/cluster-reader.ts';
import { createOffsetWriter } from '../shared/adapters/kafka/offset-writer.ts';
import { openHistoryDatabase } from '../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { HistoryState } from '../shared/domain/history/history-state.ts';
import { DEFAULT_RETENTION } from '../shared/domain/history/retention.ts';
import { HistoryWriter } from '../shared/history/history-writer.ts';

/** `npm run bench:restore`: measures plan, apply and undo of a restore of 100,000 positions on the command line. */
scriptOptions({
  name: 'bench:restore',
  does: 'Measures plan, apply and undo of a restore of 100,000 positions on a real cluster. Takes minutes.',
  options: {},
});
const GROUPS = 1_000;
const PARTITIONS = 100;
const RECORDS = 20;
const THEN = 5n;
const NOW = 15n;
/** Limit for apply, from process start to the end of reading back. */
const BAR_SECONDS = 10;

const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const groupNames = Array.from({ length: GROUPS }, (_, i) => `group-${String(i).padStart(4, '0')}`);
const partitions = Array.from({ length: PARTITIONS }, (_, i) => i);
const planned = z.object({ id: z.string(), hash: z.string() });

/** A history of one audit that saw every group at `THEN`. */
async function recordHistory(file: string, at: number): Promise<void> {
  const store = createSqliteSnapshotStore(openHistoryDatabase(file));
  const terms = { now: at, leaseMs: 0 };
  const options = { store, flow: 'A->B', owner: randomUUID(), retention: DEFAULT_RETENTION, terms };
  const writer = await HistoryWriter.open(options);
  const state = new HistoryState(at);
  state.readAt.source = at;
  for (const partition of partitions) {
    state.set({ kind: 'end', role: 'source', topic: 't', partition }, BigInt(RECORDS));
    for (const group of groupNames) {
      state.set({ kind: 'commit', role: 'source', group, topic: 't', partition }, THEN);
    }
  }
  await writer.record(state, terms);
  await writer.release();
  await store.close();
}

async function commitNow(cluster: LabCluster): Promise<void> {
  const writer = createOffsetWriter(cluster.connection, { deadlineMs: 120_000 });
  const positions = partitions.map((partition) => ({ topic: 't', partition, offset: NOW }));
  let next = 0;
  const work = async (): Promise<void> => {
    for (let group = groupNames[next++]; group !== undefined; group = groupNames[next++]) {
      const answers = await writer.commit(group, positions);
      if (answers.some(({ failure }) => failure !== null)) throw new Error(`${group} was not written`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, work));
  await writer.close();
}

/** Checks every position of every group on the cluster. */
async function expectAll(cluster: LabCluster, offset: bigint): Promise<void> {
  const reader = createClusterReader(cluster.connection);
  const commits = await reader.commits(groupNames);
  await reader.close();
  let right = 0;
  for (const outcome of commits.values()) {
    if (outcome.kind === 'read') right += outcome.value.filter((one) => one.offset === offset).length;
  }
  if (right !== GROUPS * PARTITIONS) throw new Error(`${right} of ${GROUPS * PARTITIONS} positions are at ${offset}`);
}

async function timed(args: readonly string[]): Promise<{ readonly seconds: number; readonly stdout: string }> {
  const began = performance.now();
  const { code, stdout } = await runTidemark(args);
  if (code !== 0) throw new Error(`tidemark ${args.join(' ')} ended with ${code}\n${stdout.slice(0, 2_000)}`);
  return { seconds: (performance.now() - began) / 1_000, stdout };
}

const lab = await startLab();
try {
  const [a, b] = await Promise.all([
    lab.startCluster({ alias: 'A', optimised: true }),
    lab.startCluster({ alias: 'B' }),
  ]);
  progress(`${GROUPS} groups on ${PARTITIONS} partitions …`);
  await a.admin.createTopics({ t: { partitions: PARTITIONS } });
  const records = new RecordWriter(a.admin);
  for (const partition of partitions) await records.write('t', RECORDS, { partition });
  await commitNow(a);
  const history = join(lab.folder, 'history.db');
  const then = Date.now();
  await recordHistory(history, then);
  const mm2 = join(lab.folder, 'mm2.properties');
  writeFileSync(mm2, mm2Properties(a, b));

  const common = ['--mm2', mm2, '--history', history, '--format', 'json'];
  const asOf = new Date(then).toISOString();
  const plan = await timed(['restore', 'plan', '--onto', 'source', '--as-of', asOf, '--group', '*', ...common]);
  const { id, hash } = planned.parse(JSON.parse(plan.stdout));
  const apply = await timed(['restore', 'apply', id, '--hash', hash, ...common]);
  await expectAll(a, THEN);
  const again = await timed(['restore', 'apply', id, '--hash', hash, ...common]);
  const undo = await timed(['restore', 'undo', id, ...common]);
  await expectAll(a, NOW);
  const figures = { plan, apply, again, undo };
  const texts = Object.entries(figures).map(([name, { seconds }]) => `${name}_seconds=${seconds.toFixed(1)}`);
  process.stdout.write(`RESTORE_SCALE groups=${GROUPS} partitions=${PARTITIONS} ${texts.join(' ')}\n`);
  if (apply.seconds > BAR_SECONDS) {
    progress(`applying takes longer than ${BAR_SECONDS} s`);
    process.exitCode = 1;
  }
} finally {
  await lab.stop();
}
