import { compactPartition } from '../../compaction.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const compacted: LiveScenario = {
  name: 'compacted',
  title: 'a heavily compacted topic: gaps of all sizes, syncs lost in the burst',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: { config: { 'cleanup.policy': 'compact' } } });
    // Each round overwrites fewer keys: this leaves scattered gaps from one offset to hundreds.
    for (const [round, count] of [900, 640, 450, 210, 97, 31, 7, 3].entries()) {
      await writer.write('t', count, { keys: Array.from({ length: count }, (_, i) => `k${(i * 37) % 1_000}`) });
      await writer.write('t', 40, { keys: Array.from({ length: 40 }, (_, i) => `once-${round}-${i}`) });
    }
    await compactPartition(a, writer, 't', 0);
    for (const at of [5n, 150n, 400n, 777n, 1_200n, 1_650n, 2_100n, 2_400n]) {
      await a.admin.commitOffsets(`at-${at}`, 't', { 0: at });
    }
    const [end] = await a.admin.listOffsets('t');
    await a.admin.commitOffsets('end', 't', { 0: end?.highWatermark ?? 0n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'end');
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('mirrored after compaction', { allow });
    await writer.write('t', 300, { keys: 300 });
    await waitUntilSettled(mirroring);
    await mm2.stop();
    await writer.write('t', 50, { keys: 50 });
    await stage.moment('MM2 is down, 50 records wait', { allow });
  },
};
