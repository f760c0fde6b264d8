import { compactOffsetSyncs } from '../../compaction.ts';
import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { Story } from '../story.ts';

export const syncsCompacted: Story = {
  name: 'syncs-compacted',
  title: 'the offset-syncs topic was compacted and MM2 restarted: only the history still has the earlier positions',
  async play(stage) {
    const { a, b, writer, mm2 } = stage;
    await a.admin.createTopics({ orders: {} });
    const mirroring = { source: a, target: b, topic: 'orders', mm2 };
    for (let i = 0; i < 8; i++) await writer.write('orders', 500);
    await a.admin.commitOffsets('billing', 'orders', { 0: 1_234n });
    await a.admin.commitOffsets('reports', 'orders', { 0: 2_777n });
    await waitUntilSettled(mirroring);
    const earlier = await stage.moment(['billing', 'reports']);
    await writer.write('orders', 600);
    for (const group of ['billing', 'reports']) await stage.consume(group, 'classic', 'orders');
    await compactOffsetSyncs(a, 'B');
    await mm2.stop();
    await mm2.start();
    await writer.write('orders', 50);
    await waitUntilMirrored(mirroring);
    // New groups at the same positions show how MM2 translates them now.
    await a.admin.commitOffsets('billing-again', 'orders', { 0: 1_234n });
    await a.admin.commitOffsets('reports-again', 'orders', { 0: 2_777n });
    const mm2Now = new Map<string, Map<string, bigint>>();
    await waitUntil('MM2 to translate groups at the same positions', async () => {
      for (const group of ['billing', 'reports']) {
        const rows = await b.admin.translateOffsets('A', `${group}-again`);
        mm2Now.set(group, new Map(rows.map((row) => [`${row.topic}-${row.partition}`, row.offset])));
      }
      return [...mm2Now.values()].every((rows) => rows.size > 0);
    }).catch(() => undefined);
    await stage.audit();
    await mm2.stop();
    const flags = ['--even-if-mm2-syncs', '--min-proof', 'exact'];
    await stage.restore(earlier, 'target', ['billing', 'reports'], { flags, mm2: mm2Now });
  },
};
