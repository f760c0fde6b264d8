import { afterEach, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../lab/cluster.ts';
import { prepareJmxExporter } from '../../../../lab/jmx-exporter.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntilMirrored } from '../../../../lab/mirroring.ts';
import type { LabMm2 } from '../../../../lab/mm2.ts';
import { mm2Properties } from '../../../../lab/mm2-properties.ts';
import { prepareStrimziReporter } from '../../../../lab/strimzi-reporter.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createMetricsReader } from '../../../../shared/adapters/connect-rest/metrics-reader.ts';
import type { MirrorMetrics } from '../../../../shared/domain/model/mirror-metrics.ts';

const RECORDS = 20_000;

interface Exporter {
  readonly name: string;
  /** Starts MM2 with it; returns the address of its page. */
  readonly start: (settings: Readonly<Record<string, string>>) => Promise<string>;
}

let lab: Lab;
let source: LabCluster;
let target: LabCluster;
let mm2: LabMm2;

/** Both write into one registry of the process, so each has an MM2 of its own. */
const EXPORTERS: readonly Exporter[] = [
  {
    name: 'the JMX exporter',
    async start(settings) {
      const exporter = await prepareJmxExporter();
      mm2 = await lab.startMm2({ properties: mm2Properties(source, target, settings), exporter });
      return exporter.url;
    },
  },
  {
    name: 'the reporter of Strimzi',
    async start(settings) {
      const { url, classpath, properties } = await prepareStrimziReporter(target.alias);
      const text = mm2Properties(source, target, { ...settings, ...properties });
      mm2 = await lab.startMm2({ properties: text, plugins: classpath });
      return url;
    },
  },
];

afterEach(() => lab?.stop());

/** MM2 in dedicated mode has no REST API: what it exports is all that it says. */
test.each(EXPORTERS)(
  '$name of a real MM2 exports what is read of it, and MM2 takes the batch size that is advised',
  async ({ start }) => {
    lab = await startLab();
    [source, target] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    await source.admin.createTopics({ orders: {} });
    await new RecordWriter(source.admin).write('orders', 1);
    const url = await start({
      topics: 'orders',
      // As `tidemark tune` prints it, with the flow before it.
      'A->B.producer.override.batch.size': '40960',
      // However slowly records come to the producer, they fill batches.
      'A->B.producer.override.linger.ms': '200',
    });
    await waitUntilMirrored({ source, target, topic: 'orders', mm2 });
    const reader = createMetricsReader({ urls: [url] }, { deadlineMs: 60_000 });
    let last = '';
    const explain = () => `${last}\n${mm2.tail()}`;
    /** What is exported of the run of the task that was the newest at `starts`. */
    const exported = async (starts: number): Promise<MirrorMetrics | 'unread' | 'started again'> => {
      mm2.assertRunning();
      const outcome = await reader.metricsOf({ source: 'A', target: 'B' });
      last = JSON.stringify(outcome);
      if (mm2.taskStarts() !== starts) return 'started again';
      return outcome.kind === 'read' ? outcome.value : 'unread';
    };
    // On a busy machine MM2 starts its task again at any moment, and what it counts begins anew: records are written until one
    // run of the task has counted all of a write. Within a run nothing but the right number will do.
    const oneRun = async (): Promise<MirrorMetrics | undefined> => {
      const starts = mm2.taskStarts();
      const before = await exported(starts);
      if (typeof before === 'string') return undefined;
      await new RecordWriter(source.admin).write('orders', RECORDS, { valueBytes: 1_000 });
      await waitUntilMirrored({ source, target, topic: 'orders', mm2 });
      const expected = ordersIn(before) + RECORDS;
      // A task counts what the broker has a moment later. Heartbeats pass through the same task, and count there as well.
      const counted = async () => {
        const after = await exported(starts);
        return after !== 'unread' && (after === 'started again' || ordersIn(after) >= expected) ? after : undefined;
      };
      const after = await waitUntil(`the task to count ${expected} records`, counted, { deadlineMs: 90_000, explain });
      if (after === 'started again') return undefined;
      expect(ordersIn(after)).toBe(expected);
      return after;
    };
    const metrics = await waitUntil('one run of the task that counts all of a write', oneRun, {
      deadlineMs: 180_000,
      explain,
    });
    expect(metrics.connectors).toContainEqual({ name: 'MirrorSourceConnector', kind: 'source', failed: 0 });
    expect(metrics.tasks).toHaveLength(1);
    expect(metrics.tasks[0]?.producer).toMatchObject({
      requestLatencyMs: expect.any(Number),
      queueMs: expect.any(Number),
    });
    expect(metrics.tasks[0]?.written).toBeGreaterThanOrEqual(RECORDS);
    expect(metrics.workers[0]?.cpuSeconds).toBeGreaterThan(0);
    // More than any batch of the default size holds.
    expect(metrics.tasks[0]?.producer.batchBytes).toBeGreaterThan(16_384);
  },
  600_000,
);

function ordersIn({ partitions }: MirrorMetrics): number {
  return partitions.find(({ topic }) => topic === 'A.orders')?.records ?? 0;
}
