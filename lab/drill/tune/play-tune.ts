import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCluster } from '../../cluster.ts';
import type { LabConnect } from '../../connect.ts';
import { configureMirror } from '../../connect-mirror.ts';
import { startLab } from '../../lab.ts';
import { waitUntilMirrored } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import { RecordWriter } from '../../workload/record-writer.ts';
import { type Advised, adviceLines, planOnce, settingsToApply, tuneOnce } from './advised.ts';
import { endsSum, mirroredPerSecond } from './mirrored-rate.ts';

const TOPIC = 'orders';
const COPY = `A.${TOPIC}`;
/** Each way: between two continents. */
const DELAY_MS = 50;
export const VALUE_BYTES = 1_000;
const CATCH_UP_MS = 1_200_000;

export interface TuneResult {
  /** Records per second. */
  readonly before: number;
  readonly after: number;
  /** What `tidemark plan-capacity` says that the slow mirror can do; null if it does not know. */
  readonly planned: number | null;
  /** Changes that were advised while it was slow. */
  readonly needed: number;
  /** What `tidemark tune` printed for the mirror that had caught up. */
  readonly healthy: { readonly changes: number; readonly pace: string };
}

/** A mirror that is behind, what `tidemark tune` advises, the same mirror with that, and once more when it has caught up. */
export async function playTune(seconds: number, records: number): Promise<TuneResult> {
  const lab = await startLab();
  try {
    say('starting two clusters and Kafka Connect with the JMX exporter');
    const [source, target] = await Promise.all([
      lab.startCluster({ alias: 'A' }),
      lab.startCluster({ alias: 'B', throughProxy: true }),
    ]);
    const connect = await lab.startConnect({ bootstrapServers: target.bootstrapServers, metrics: true });
    const config = join(lab.folder, 'tidemark.yaml');
    writeFileSync(config, tidemarkYaml(source, target, connect));
    await source.admin.createTopics({ [TOPIC]: { partitions: 2 } });
    const writer = new RecordWriter(source.admin);
    await writer.write(TOPIC, records, { valueBytes: VALUE_BYTES });
    target.link.delay(DELAY_MS);
    await configureMirror(connect, source, target, { topics: TOPIC });
    const arrive = () => untilRecordsArrive(target, connect);
    const measure = () => measureWhile(target, seconds, () => tuneOnce(config, seconds));

    await arrive();
    const [slow, plan] = await Promise.all([measure(), planOnce(config, seconds)]);
    tell('before', slow);
    say(`plan-capacity: ${JSON.stringify(plan)}`);
    const settings = settingsToApply(slow.advised);
    say(`applying ${JSON.stringify(settings)}`);
    await configureMirror(connect, source, target, { topics: TOPIC, ...settings });
    await arrive();
    const fast = await measure();
    tell('after', fast);

    say('waiting until all is mirrored, for a mirror that needs nothing');
    await waitUntilMirrored({ source, target, topic: TOPIC, deadlineMs: CATCH_UP_MS });
    const producing = produceSlowly(writer);
    const healthy = await tuneOnce(config, seconds);
    await producing.stop();
    tell('healthy', { perSecond: null, advised: healthy });
    return {
      before: slow.perSecond,
      after: fast.perSecond,
      planned: plan.capacity.perSecond ?? null,
      needed: slow.advised.changes,
      healthy: { changes: healthy.changes, pace: healthy.pace.kind },
    };
  } finally {
    await lab.stop();
  }
}

/** A mirror that was configured a moment ago does not mirror yet. */
async function untilRecordsArrive(target: LabCluster, connect: LabConnect): Promise<void> {
  const begin = await endsSum(target, COPY);
  await waitUntil('records to arrive', async () => (await endsSum(target, COPY)) > begin, {
    deadlineMs: 240_000,
    intervalMs: 500,
    explain: () => connect.tail(),
  });
}

/** Both at the same time: what Tidemark advises, and what the target's log shows. */
async function measureWhile(
  target: LabCluster,
  seconds: number,
  tune: () => Promise<Advised>,
): Promise<{ readonly perSecond: number; readonly advised: Advised }> {
  const [perSecond, advised] = await Promise.all([mirroredPerSecond(target, COPY, seconds), tune()]);
  return { perSecond, advised };
}

function say(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}

function tell(when: string, { perSecond, advised }: { readonly perSecond: number | null; readonly advised: Advised }) {
  const rate = perSecond === null ? '' : ` ${perSecond.toFixed(0)} records/s,`;
  say(`${when}:${rate} pace ${advised.pace.kind}, ${advised.changes} changes`);
  for (const line of adviceLines(advised)) say(`  ${line}`);
}

/** Some records a second, until it is stopped. */
function produceSlowly(writer: RecordWriter): { readonly stop: () => Promise<void> } {
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      await writer.write(TOPIC, 10, { valueBytes: VALUE_BYTES });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return {
    stop: () => {
      stopped = true;
      return done;
    },
  };
}

function tidemarkYaml(source: LabCluster, target: LabCluster, { url, metricsUrl }: LabConnect): string {
  const clusters = [source, target].map(
    ({ alias, bootstrapServers }) => `  ${alias}: { bootstrapServers: "${bootstrapServers}" }`,
  );
  const flow = [
    '  - flow: A->B',
    `    topics: [${TOPIC}]`,
    '    offsetFlushIntervalSeconds: 2',
    '    connectOffsets: { topic: connect-1-offsets }',
    `    connect: { url: "${url}" }`,
    `    metrics: { url: "${metricsUrl}" }`,
  ];
  return ['clusters:', ...clusters, 'flows:', ...flow, ''].join('\n');
}
