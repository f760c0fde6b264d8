import { join } from 'node:path';
import { startLab } from '../../../lab.ts';
import { waitUntilMirrored } from '../../../mirroring.ts';
import { mm2Properties } from '../../../mm2-properties.ts';
import { RecordWriter } from '../../../workload/record-writer.ts';
import { faultedPartitions, playReconcile } from '../play-reconcile.ts';
import type { ReconcileScenario } from '../scenario.ts';

export const headerTransform: ReconcileScenario = {
  name: 'header-transform',
  title: 'a transform in MM2 adds a header to every record, the target has deleted its first ones, MM2 ends',
  async play() {
    const lab = await startLab();
    try {
      const [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
      const writer = new RecordWriter(a.admin);
      await a.admin.createTopics({ orders: {}, purged: {} });
      const transform = { 'A->B.transforms': 'via', 'A->B.transforms.via.type': 'LabHeader' };
      const mm2 = await lab.startMm2({ properties: mm2Properties(a, b, transform) });
      for (const topic of ['orders', 'purged']) {
        await writer.write(topic, 1_000, { keys: 50 });
        await waitUntilMirrored({ source: a, target: b, topic, mm2 });
      }
      mm2.pause();
      await writer.write('orders', 9_000, { keys: 50 });
      await writer.write('purged', 500, { keys: 50 });
      await mm2.kill();
      const common = ['--mm2', mm2.propertiesFile, '--history', join(lab.folder, 'history.db')];
      const world = { scenario: 'header-transform', folder: lab.folder, a, b, common };
      const topics = new Map(['orders', 'purged'].map((topic) => [topic, `A.${topic}`]));
      const faulted = await faultedPartitions(world, topics);
      // What the target has deleted had come: nobody may replay it.
      await b.admin.deleteRecords('A.purged', 0, 400n);
      return await playReconcile(world, faulted);
    } finally {
      await lab.stop();
    }
  },
};
