import { setTimeout as sleep } from 'node:timers/promises';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import type { LabCluster } from '../cluster.ts';
import { startLab } from '../lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../mirroring.ts';
import type { LabMm2 } from '../mm2.ts';
import { mm2Properties } from '../mm2-properties.ts';
import { scriptOptions } from '../script-options.ts';
import { RecordWriter } from '../workload/record-writer.ts';
import { LocalCloud, type Minute } from './local-cloud.ts';
import { type DeploymentFiles, synthesizeStack } from './synthesize-stack.ts';

const progress = (line: string): void => void process.stderr.write(`${line}\n`);

/** `npm run local`. Output goes to stdout, progress to stderr. @returns ms that a minute takes */
function minuteMs(): number {
  const { minute } = scriptOptions({
    name: 'local',
    does: `Runs a deployment on this machine: the stack that cdk synth makes, its bundles, schedule, alarms and pages, with DynamoDB
Local, two real Kafka clusters and MirrorMaker 2. Prints every alarm that changes its state, and every message as it
would be sent. Ctrl-C ends it.`,
    options: {
      minute: {
        type: 'string',
        value: 'SECONDS',
        default: '60',
        says: 'how long a minute of the schedule takes, from 5 on',
      },
    },
  });
  const seconds = Number(minute);
  if (!(seconds >= 5 && seconds <= 60)) throw new TidemarkError('USAGE', '--minute must be from 5 to 60');
  return seconds * 1_000;
}

function deployment(mm2: string): DeploymentFiles {
  const settings = { deployment: { name: 'local' }, maxLagRecords: 100, pages: { email: true } };
  // Low limits, so that a fault shows soon.
  return { settings, configuration: { policy: { heartbeatStaleSeconds: 8, mirrorStoppedSeconds: 12 } }, mm2 };
}

async function fill(a: LabCluster, b: LabCluster, mm2: LabMm2, writer: RecordWriter): Promise<void> {
  await a.admin.createTopics({ orders: { partitions: 3 }, payments: {} });
  for (const partition of [0, 1, 2]) await writer.write('orders', 2_000, { partition, keys: 500 });
  await writer.writeTransaction('payments', 400, 'commit', { keys: 100 });
  await a.admin.commitOffsets('billing', 'orders', { 0: 2_000n, 1: 1_990n, 2: 2_000n });
  await a.admin.startConsumer({ group: 'shipping', topics: ['orders'], protocol: 'consumer' });
  await waitUntilSettled({ source: a, target: b, topic: 'orders', mm2 });
  await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, 'billing');
}

/** Writes some traffic until the process ends. */
async function keepWriting(writer: RecordWriter): Promise<never> {
  for (;;) {
    await writer.write('orders', 10, { keys: 500 }).catch(() => undefined);
    await writer.writeTransaction('payments', 2, 'commit', { keys: 100 }).catch(() => undefined);
    await sleep(1_000);
  }
}

function printCommands(a: LabCluster, b: LabCluster, mm2: LabMm2, minute: number): void {
  process.stdout.write(`
Cluster A (source) ${a.bootstrapServers}, cluster B (target) ${b.bootstrapServers}
One audit every ${minute / 1_000} s; alarms count each as one minute.

Break it:
  kill -9 ${mm2.pid}   # MirrorMaker 2
  kill -9 ${a.pid(1)}   # the source's broker
  kill -STOP ${b.pid(1)}   # the target's broker hangs; kill -CONT resumes it

`);
}

function print({ minute, audits, alarms, notifications, pages }: Minute, { topics }: LocalCloud['stack']): void {
  for (const { durationMs, error } of audits) {
    progress(`minute ${minute}: audited in ${(durationMs / 1_000).toFixed(1)} s${error === null ? '' : `: ${error}`}`);
  }
  const lines = alarms.flatMap((event) => {
    if (event.kind === 'late actions') return [];
    const { alarm, from, to, suppressedBy } = event;
    const note = suppressedBy === null ? '' : ` (it notifies nobody now: ${suppressedBy})`;
    return [`minute ${minute}: ${alarm.AlarmName}: ${from} -> ${to}${note}`];
  });
  for (const { topic, subject, message } of [...notifications, ...pages]) {
    const text = subject.startsWith('OK: ') ? [] : message.trimEnd().split('\n');
    lines.push(
      `minute ${minute}: to "${topics.get(topic) ?? topic}": ${subject}`,
      ...text.map((line) => `    ${line}`),
    );
  }
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
}

async function run(minute: number): Promise<never> {
  progress('resolving Kafka and MirrorMaker 2 (the first time with Maven) …');
  const lab = await startLab();
  progress('starting clusters A and B …');
  const [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
  progress('building the stack and its bundles, starting MirrorMaker 2 and DynamoDB Local …');
  const properties = mm2Properties(a, b);
  const [cloud, mm2] = await Promise.all([
    synthesizeStack(deployment(properties), lab.folder).then((stack) => LocalCloud.start(stack)),
    lab.startMm2({ properties }),
  ]);
  progress('writing records and groups, waiting until MirrorMaker 2 has mirrored them …');
  const writer = new RecordWriter(a.admin);
  await fill(a, b, mm2, writer);
  void keepWriting(writer);
  printCommands(a, b, mm2, minute);
  for (;;) {
    const next = Date.now() + minute;
    print(await cloud.playMinute(), cloud.stack);
    await sleep(Math.max(0, next - Date.now()));
  }
}

// The watchdogs end the clusters, MM2 and DynamoDB Local, and remove all files; the functions end with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
try {
  await run(minuteMs());
} catch (error) {
  const isKnown = error instanceof TidemarkError || (error instanceof Error && 'code' in error);
  if (!isKnown) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(2);
}
