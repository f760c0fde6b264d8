import { setTimeout as sleep } from 'node:timers/promises';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import type { LabCluster } from './cluster.ts';
import { kafkaCommands } from './kafka-command.ts';
import { type Lab, startLab } from './lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from './mirroring.ts';
import type { LabMm2 } from './mm2.ts';
import { mm2Properties } from './mm2-properties.ts';
import { scriptOptions } from './script-options.ts';
import { tidemarkCommands } from './tidemark-commands.ts';
import { RecordWriter } from './workload/record-writer.ts';

/** `npm run lab`: runs two clusters with MM2 between them and some traffic, until Ctrl-C. Progress goes to stderr. */
scriptOptions({
  name: 'lab',
  does: `Starts two Kafka clusters with MirrorMaker 2 between them and some traffic, prints commands for Tidemark and for Kafka's own
tools to try on them, and runs until Ctrl-C. To audit your own clusters: npx tidemark --help.`,
  options: {},
});
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

async function fill(a: LabCluster, b: LabCluster, mm2: LabMm2, writer: RecordWriter): Promise<void> {
  await a.admin.createTopics({ orders: { partitions: 3 }, payments: {} });
  for (const partition of [0, 1, 2]) await writer.write('orders', 2_000, { partition, keys: 500 });
  await writer.writeTransaction('payments', 400, 'commit', { keys: 100 });
  await writer.writeTransaction('payments', 100, 'abort', { keys: 100 });
  await writer.writeTransaction('payments', 400, 'commit', { keys: 100 });
  await a.admin.commitOffsets('billing', 'orders', { 0: 2_000n, 1: 1_990n, 2: 500n });
  await a.admin.commitOffsets('ledger', 'payments', { 0: 450n });
  await a.admin.startConsumer({ group: 'shipping', topics: ['orders'], protocol: 'consumer' });
  progress('waiting until MirrorMaker 2 has mirrored the records …');
  await waitUntilSettled({ source: a, target: b, topic: 'orders', mm2 });
  await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, 'billing');
}

function printCommands(lab: Lab, a: LabCluster, b: LabCluster, mm2: LabMm2): void {
  const kafka = kafkaCommands(lab);
  const on = (cluster: LabCluster): string => `--bootstrap-server ${cluster.bootstrapServers}`;
  process.stdout.write(`
Cluster A (source) ${a.bootstrapServers}, cluster B (target) ${b.bootstrapServers}
MirrorMaker 2 A->B ${mm2.propertiesFile}

Try Tidemark on the flow:
${tidemarkCommands(mm2.propertiesFile)}

Inspect it with Kafka's own tools:
  ${kafka('topics', `${on(b)} --list`)}
  ${kafka('groups', `${on(a)} --describe --all-groups`)}
  ${kafka('groups', `${on(b)} --describe --all-groups`)}
  ${kafka('offsets', `${on(b)} --topic-partitions A.orders`)}

Break it:
  kill -9 ${mm2.pid}   # MirrorMaker 2
  kill -STOP ${a.pid(1)}   # the source's broker hangs; kill -CONT resumes it
  kill -9 ${a.pid(1)}   # the source's broker dies

The lab keeps writing records to "orders" and "payments". Ctrl-C stops everything and removes ${lab.folder}
`);
}

/** Writes some traffic, so that lag and positions change. If you break the source, writing pauses. */
async function keepWriting(writer: RecordWriter, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await writer.write('orders', 10, { keys: 500 });
      await writer.writeTransaction('payments', 2, 'commit', { keys: 100 });
    } catch (error) {
      if (!signal.aborted) progress(`cannot write to A: ${error instanceof Error ? error.message : String(error)}`);
    }
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}

async function run(signal: AbortSignal, up: () => void): Promise<void> {
  progress('resolving Kafka and MirrorMaker 2 (the first time with Maven) …');
  const lab = await startLab();
  try {
    progress('starting clusters A and B …');
    const [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    progress('starting MirrorMaker 2 …');
    const mm2 = await lab.startMm2({ properties: mm2Properties(a, b) });
    const writer = new RecordWriter(a.admin);
    progress('writing records and groups …');
    await fill(a, b, mm2, writer);
    printCommands(lab, a, b, mm2);
    up();
    await keepWriting(writer, signal);
    progress('stopping …');
  } finally {
    await lab.stop();
  }
}

let isUp = false;
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // During startup, or at the second signal, exit at once: the watchdog cleans up.
    if (!isUp || interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
}
try {
  await run(interrupted.signal, () => {
    isUp = true;
  });
} catch (error) {
  if (!(error instanceof TidemarkError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 3;
}
