import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../lab/cluster.ts';
import { prepareJmxExporter } from '../../../../lab/jmx-exporter.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntilMirrored } from '../../../../lab/mirroring.ts';
import type { LabMm2 } from '../../../../lab/mm2.ts';
import { mm2Properties } from '../../../../lab/mm2-properties.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createMetricsReader } from '../../../../shared/adapters/connect-rest/metrics-reader.ts';
import type { MirrorMetrics } from '../../../../shared/domain/model/mirror-metrics.ts';

const RECORDS = 20_000;

/** MM2 in dedicated mode has no REST API: what it exports is all that it says. */
let lab: Lab;
let source: LabCluster;
let mm2: LabMm2;

beforeAll(async () => {
  lab = await startLab();
  const [a, target] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
  source = a;
  await source.admin.createTopics({ orders: {} });
  await new RecordWriter(source.admin).write('orders', RECORDS, { valueBytes: 1_000 });
  const properties = mm2Properties(source, target, {
    topics: 'orders',
    // As `tidemark tune` prints it, with the flow before it.
    'A->B.producer.override.batch.size': '40960',
  });
  mm2 = await lab.startMm2({ properties, exporter: await prepareJmxExporter() });
  await waitUntilMirrored({ source, target, topic: 'orders', mm2 });
});
afterAll(() => lab?.stop());

test('a real MM2 in dedicated mode exports what is read of it, and takes the batch size that is advised', async () => {
  const reader = createMetricsReader({ urls: [mm2.metricsUrl ?? ''] }, { deadlineMs: 60_000 });
  let last = '';
  const found = async (): Promise<MirrorMetrics | undefined> => {
    const outcome = await reader.metricsOf({ source: 'A', target: 'B' });
    last = JSON.stringify(outcome);
    if (outcome.kind === 'unread') return undefined;
    // A task counts what the broker has a moment later. Heartbeats pass through the same task, and count there as well.
    const orders = outcome.value.partitions.find(({ topic }) => topic === 'A.orders');
    return orders?.records === RECORDS ? outcome.value : undefined;
  };
  const metrics = await waitUntil('the metrics of all records', found, {
    deadlineMs: 120_000,
    explain: () => `${last}\n${mm2.tail()}`,
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
});
