import { compactPartition } from '../../compaction.ts';
import { waitUntilMirrored } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const compactedSince: LiveScenario = {
  name: 'compacted-since',
  title: 'the source is compacted after MM2 mirrored its records, some of them twice: the originals are deleted',
  stage: { mm2: { 'B.offset.flush.interval.ms': '60000' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: { config: { 'cleanup.policy': 'compact' } } });
    const round = async (count: number) => {
      await writer.write('t', count, { keys: Array.from({ length: count }, (_, i) => `k${(i * 37) % 500}`) });
      await writer.writeTransaction('t', 9, 'commit', { keys: Array.from({ length: 9 }, (_, i) => `k${i * 50}`) });
    };
    for (const count of [400, 300, 120]) await round(count);
    for (const at of [3n, 199n, 405n, 555n, 780n, 846n]) await a.admin.commitOffsets(`at-${at}`, 't', { 0: at });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilMirrored(mirroring);
    const writing = round(250);
    await waitUntil('MM2 to mirror a part of the records', async () => {
      const [end] = await b.admin.listOffsets('A.t');
      return end !== undefined && end.highWatermark > 900n;
    });
    await mm2.kill();
    await writing;
    await round(90);
    await mm2.start();
    await waitUntilMirrored(mirroring);
    const allow = ['CHECKPOINT_NEVER_EMITTED', 'CHECKPOINTS_MISSING', 'CHECKPOINT_BEHIND', 'FOREIGN_WRITES'] as const;
    await stage.moment('killed and restarted', { allow, loss: 'at-least' });
    await mm2.stop();
    await compactPartition(a, writer, 't', 0);
    await stage.moment('MM2 is down, the source is compacted', { allow, loss: 'at-least' });
  },
};
