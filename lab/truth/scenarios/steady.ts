import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const steady: LiveScenario = {
  name: 'steady',
  title: 'three partitions, groups at the head and far behind',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ orders: { partitions: 3 } });
    const mm2 = await stage.startMm2();
    for (const partition of [0, 1, 2]) await writer.write('orders', 3_000, { partition });
    await a.admin.commitOffsets('head', 'orders', { 0: 3_000n, 1: 3_000n, 2: 3_000n });
    await a.admin.commitOffsets('near', 'orders', { 0: 2_990n, 1: 2_980n, 2: 2_950n });
    const mirroring = { source: a, target: b, topic: 'orders', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'head');
    await waitUntilGroupSynced(mirroring, 'near');
    await stage.moment('settled');
    // Farther back MM2 may have no position: it forgot older syncs when its task restarted.
    await a.admin.commitOffsets('behind', 'orders', { 0: 1_234n, 1: 17n, 2: 2_500n });
    await stage.moment('a group far behind appears', { allow: ['CHECKPOINT_NEVER_EMITTED'] });
  },
};
