import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { Story } from '../story.ts';

const GROUPS = ['early', 'middle', 'late'];

export const killedUnderLoad: Story = {
  name: 'killed-under-load',
  title: 'MM2 was killed under load and re-mirrored records: groups still continue where they were',
  stage: { mm2: { 'B.offset.flush.interval.ms': '10000' } },
  async play(stage) {
    const { a, b, writer, mm2 } = stage;
    await a.admin.createTopics({ orders: { partitions: 2 } });
    const mirroring = { source: a, target: b, topic: 'orders', mm2 };
    for (const partition of [0, 1]) await writer.write('orders', 1_000, { partition });
    await waitUntilMirrored(mirroring);
    await stage.audit();
    const endOf = async (): Promise<bigint> => (await b.admin.listOffsets('A.orders'))[0]?.highWatermark ?? 0n;
    for (let round = 0; round < 2; round++) {
      const reached = await endOf();
      for (let i = 0; i < 5; i++) for (const partition of [0, 1]) await writer.write('orders', 200, { partition });
      await waitUntil('MM2 to mirror a part of the records', async () => (await endOf()) > reached + 300n);
      await mm2.kill();
      await mm2.start();
      await waitUntilMirrored(mirroring);
      await stage.audit();
    }
    for (const partition of [0, 1]) await writer.write('orders', 300, { partition });
    await waitUntilSettled(mirroring);
    await a.admin.commitOffsets('early', 'orders', { 0: 700n, 1: 900n });
    await a.admin.commitOffsets('middle', 'orders', { 0: 1_500n, 1: 2_222n });
    await a.admin.commitOffsets('late', 'orders', { 0: 3_100n, 1: 3_299n });
    await waitUntil('MM2 to translate the groups', async () => {
      return (await b.admin.translateOffsets('A', 'late')).length === 2;
    }).catch(() => undefined);
    const then = await stage.moment(GROUPS);
    await mm2.stop();
    const flags = ['--even-if-mm2-syncs', '--verify', '--min-proof', 'exact'];
    await stage.restore(then, 'target', GROUPS, { flags });
  },
};
