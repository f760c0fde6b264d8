import { type Lab, startLab } from '../lab.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../mirroring.ts';
import { mm2Properties } from '../mm2-properties.ts';
import { RecordWriter } from '../workload/record-writer.ts';

/** Two clusters and MM2, with a topic and two groups that are mirrored and then left alone. */
export async function startSmallFlow(): Promise<{ readonly lab: Lab; readonly mm2File: string }> {
  const lab = await startLab();
  try {
    const [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
    const writer = new RecordWriter(a.admin);
    await a.admin.createTopics({ orders: { partitions: 3 } });
    for (const partition of [0, 1, 2]) await writer.write('orders', 2_000, { partition, keys: 500 });
    await a.admin.commitOffsets('billing', 'orders', { 0: 2_000n, 1: 1_990n, 2: 500n });
    await a.admin.commitOffsets('shipping', 'orders', { 0: 1_500n, 1: 1_000n, 2: 2_000n });
    const mm2 = await lab.startMm2({ properties: mm2Properties(a, b) });
    await waitUntilSettled({ source: a, target: b, topic: 'orders', mm2 });
    for (const group of ['billing', 'shipping'])
      await waitUntilGroupSynced({ source: a, target: b, topic: 'orders', mm2 }, group);
    return { lab, mm2File: mm2.propertiesFile };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}
