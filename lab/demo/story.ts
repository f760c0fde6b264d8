import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCluster } from '../cluster.ts';
import { readTruth } from '../ground-truth.ts';
import { type Lab, startLab } from '../lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../mirroring.ts';
import type { LabMm2 } from '../mm2.ts';
import { mm2Properties } from '../mm2-properties.ts';
import type { PartitionTruth } from '../partition-truth.ts';
import { waitUntil } from '../wait-until.ts';
import { RecordWriter } from '../workload/record-writer.ts';
import { auditJson, provePositions } from './proof-table.ts';
import { runTidemark } from './run-tidemark.ts';

const PARTITIONS = [0, 1, 2] as const;
/** The demo uses a shorter limit than an operator would before it reports MM2 as stopped. */
const STOPPED_SECONDS = 6;

type Tell = (line: string) => void;

/** Starts real clusters, mirrors, audits, kills MM2, audits again, and checks the audit. True if every bound held. */
export async function tellStory(progress: Tell, print: Tell): Promise<boolean> {
  progress('resolving Kafka and MirrorMaker 2 (the first time with Maven) …');
  const lab = await startLab();
  try {
    return await tell(lab, progress, print);
  } finally {
    progress('cleaning up …');
    await lab.stop();
  }
}

async function tell(lab: Lab, progress: Tell, print: Tell): Promise<boolean> {
  progress('starting two Kafka clusters, A and B …');
  const [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
  progress('writing 60,000 records and the commits of three consumer groups to A …');
  const writer = new RecordWriter(a.admin);
  await a.admin.createTopics({ orders: { partitions: 3 } });
  for (const partition of PARTITIONS) await writer.write('orders', 20_000, { partition, keys: 500 });
  await a.admin.commitOffsets('billing', 'orders', { 0: 20_000n, 1: 20_000n, 2: 20_000n });
  await a.admin.commitOffsets('shipping', 'orders', { 0: 19_700n, 1: 19_500n, 2: 18_000n });
  await a.admin.commitOffsets('reports', 'orders', { 0: 9_000n, 1: 10_500n, 2: 2_000n });
  progress('starting MirrorMaker 2 from A to B, and waiting until it has mirrored …');
  const mm2 = await lab.startMm2({ properties: mm2Properties(a, b) });
  const mirroring = { source: a, target: b, topic: 'orders', mm2 };
  await waitUntilSettled(mirroring);
  for (const group of ['billing', 'shipping']) await waitUntilGroupSynced(mirroring, group);

  const config = configFor(lab, mm2);
  print('\n━━━ All is well: tidemark audit ━━━\n');
  print((await runTidemark(['audit', '--config', config])).stdout);

  progress('killing MirrorMaker 2 (kill -9) while producers and groups continue …');
  await mm2.kill();
  const killedAt = Date.now();
  await goOn(a, writer, killedAt);

  print('━━━ MirrorMaker 2 is dead: tidemark audit ━━━\n');
  const table = await runTidemark(['audit', '--config', config]);
  print(table.stdout);
  print(`(exit code ${table.code})\n`);

  progress('checking the audit: reading every record of both clusters …');
  const { stdout } = await runTidemark(['audit', '--config', config, '--format', 'json']);
  const [flow] = auditJson.parse(JSON.parse(stdout)).flows;
  if (flow === undefined) throw new Error('the audit has no flow');
  const truths = await readTruths(a, b);
  const proof = provePositions(flow, (_, partition) => truths.get(partition));
  print('━━━ Is the audit right? Every record of A and B, read and compared ━━━\n');
  for (const line of proof.lines) print(line);
  const missing = [...truths.values()].reduce((sum, truth) => sum + truth.missing(), 0n);
  const lossHeld = flow.loss.kind === 'known' && BigInt(flow.loss.records) === missing;
  const said = flow.loss.kind === 'known' ? flow.loss.records : 'unknown';
  print(`\nlost by a failover now: audit ${said}, actual ${missing}: ${lossHeld ? 'held' : 'BROKEN'}`);
  return proof.held && lossHeld && table.code === 1;
}

/** Keeps writing records and moving groups until MM2's last heartbeat is old. */
async function goOn(a: LabCluster, writer: RecordWriter, killedAt: number): Promise<void> {
  let written = 20_000n;
  await waitUntil(
    'the last heartbeat to be old',
    async () => {
      for (const partition of PARTITIONS) await writer.write('orders', 100, { partition, keys: 500 });
      written += 100n;
      await a.admin.commitOffsets('billing', 'orders', { 0: written, 1: written - 50n, 2: written });
      return Date.now() - killedAt > 1_000 * (STOPPED_SECONDS + 1);
    },
    { intervalMs: 500 },
  );
}

function configFor(lab: Lab, mm2: LabMm2): string {
  const file = join(lab.folder, 'tidemark.yaml');
  const policy = `policy: { mirrorStoppedSeconds: ${STOPPED_SECONDS}, heartbeatStaleSeconds: ${STOPPED_SECONDS} }`;
  writeFileSync(file, `mm2: ${mm2.propertiesFile}\n${policy}\n`);
  return file;
}

async function readTruths(a: LabCluster, b: LabCluster): Promise<Map<number, PartitionTruth>> {
  const truths = new Map<number, PartitionTruth>();
  for (const partition of PARTITIONS) {
    truths.set(
      partition,
      await readTruth({ source: a, target: b, topic: 'orders', targetTopic: 'A.orders', partition }),
    );
  }
  return truths;
}
