import { join } from 'node:path';
import { compactPartition } from '../../../compaction.ts';
import { setConnectOffset } from '../../../connect-offsets.ts';
import { startLab } from '../../../lab.ts';
import { waitUntilMirrored } from '../../../mirroring.ts';
import { mm2Properties } from '../../../mm2-properties.ts';
import { waitUntil } from '../../../wait-until.ts';
import { RecordWriter } from '../../../workload/record-writer.ts';
import { writePlain } from '../plain-writer.ts';
import { faultedPartitions, playReconcile } from '../play-reconcile.ts';
import type { ReconcileScenario } from '../scenario.ts';

const TOPICS = ['load', 'holes', 'equal', 'tx', 'compacted'];
/** Kept small enough that the truth can be read whole, and long enough that a replay can be killed half way. */
const LOAD = 3_000;
const BURST = 12_000;

/** MM2 writes some records twice, jumps over others, and is killed while records arrive: five topics lose their ends. */
export const mm2Killed: ReconcileScenario = {
  name: 'mm2-killed',
  title: 'MM2 is killed under load: tails, a hole, equal records, transactions, a compacted target',
  async play() {
    const lab = await startLab();
    try {
      const [a, b] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
      const writer = new RecordWriter(a.admin);
      // Its records have a fixed time of long ago: retention would delete them while the drill runs.
      const equal = { config: { 'retention.ms': '-1' } };
      await a.admin.createTopics({ load: { partitions: 2 }, holes: {}, equal, tx: {}, compacted: {} });
      const mm2 = await lab.startMm2({ properties: mm2Properties(a, b, { 'B.offset.flush.interval.ms': '10000' }) });
      const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
      const load = async (count: number) => {
        for (const partition of [0, 1]) await writer.write('load', count / 2, { partition, keys: 97 });
      };
      await load(LOAD);
      await writer.write('holes', 300, { keys: 10 });
      await waitUntilMirrored(mirroring('load'));
      await waitUntilMirrored(mirroring('holes'));
      // Killed before it has stored its position: it writes records again.
      await load(LOAD);
      await waitUntilMirrored(mirroring('load'));
      await mm2.kill();
      await mm2.start();
      await load(200);
      await waitUntilMirrored(mirroring('load'));
      await mm2.stop();
      await writer.write('holes', 200, { keys: 10 });
      await setConnectOffset(b, 'A', 'holes', 399n);
      await mm2.start();
      await writer.write('tx', 40, { keys: 5 });
      await writer.writeTransaction('tx', 30, 'abort', { keys: 5 });
      await writer.writeTransaction('tx', 50, 'commit', { keys: 5 });
      await writer.write('compacted', 600, { keys: 40 });
      await writePlain(a, 'equal', 'xxabxxxcxxxx');
      for (const topic of ['holes', 'tx', 'compacted']) await waitUntilMirrored(mirroring(topic));
      await waitUntil('the equal records to be mirrored', async () => {
        const [log] = await b.admin.listOffsets('A.equal');
        return log?.highWatermark === 12n;
      });

      const end = async () => (await b.admin.listOffsets('A.load')).reduce((sum, one) => sum + one.highWatermark, 0n);
      const reached = await end();
      const arriving = (async () => {
        for (let i = 0; i < 12; i++) await load(BURST / 12);
      })();
      await waitUntil('MM2 to mirror a part of the burst', async () => (await end()) > reached + 500n, {
        intervalMs: 10,
      });
      await mm2.kill();
      await arriving;
      await load(2_000);
      await writer.write('holes', 50, { keys: 10 });
      await writer.writeTransaction('tx', 20, 'commit', { keys: 5 });
      await writer.writeTransaction('tx', 10, 'abort', { keys: 5 });
      await writer.write('compacted', 30, { keys: 40 });
      await writePlain(a, 'equal', 'xxdxxxx');

      const world = {
        scenario: 'mm2-killed',
        folder: lab.folder,
        a,
        b,
        common: ['--mm2', mm2.propertiesFile, '--history', join(lab.folder, 'history.db')],
      };
      const faulted = await faultedPartitions(world, new Map(TOPICS.map((topic) => [topic, `A.${topic}`])));
      // Of the copies only the last one of each key stays: what compaction removes has come.
      await compactPartition(b, new RecordWriter(b.admin), 'A.compacted', 0);
      await b.admin.alterTopicConfig('A.compacted', { 'segment.ms': '604800000', 'min.cleanable.dirty.ratio': '1.0' });
      return await playReconcile(world, faulted);
    } finally {
      await lab.stop();
    }
  },
};
