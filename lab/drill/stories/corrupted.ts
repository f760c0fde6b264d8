import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { RecordWriter } from '../../workload/record-writer.ts';
import type { Story } from '../story.ts';

const PARTITIONS = [0, 1, 2];
const GROUPS = ['billing', 'shipping', 'reports'];

export const corrupted: Story = {
  name: 'corrupted',
  title: 'corrupted records arrive: groups go back to before them, on the source and on the target, then undo',
  async play(stage) {
    const { a, b, writer, mm2 } = stage;
    await a.admin.createTopics({ orders: { partitions: 3 } });
    const write = async (count: number): Promise<void> => {
      for (const partition of PARTITIONS) {
        await writer.write('orders', count, { partition, keys: 50 });
        await writer.writeTransaction('orders', 20, 'commit', { partition });
        await writer.writeTransaction('orders', 5, 'abort', { partition });
      }
    };
    await write(2_000);
    await stage.consume('billing', 'classic', 'orders');
    await stage.consume('shipping', 'consumer', 'orders');
    await a.admin.commitOffsets('reports', 'orders', { 0: 333n, 1: 1_500n, 2: 2_001n });
    const mirroring = { source: a, target: b, topic: 'orders', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'billing');
    const before = await stage.moment(GROUPS);

    await write(700);
    await stage.consume('billing', 'classic', 'orders');
    await stage.consume('shipping', 'consumer', 'orders');
    await waitUntilMirrored(mirroring);
    await stage.audit();
    const bad = new RecordWriter(a.admin, 'corrupted');
    for (const partition of PARTITIONS) await bad.write('orders', 150, { partition });
    await stage.consume('billing', 'classic', 'orders');
    await stage.consume('shipping', 'consumer', 'orders');
    await stage.consume('reports', 'classic', 'orders');
    await waitUntilSettled(mirroring);
    await stage.audit();

    await stage.restore(before, 'source', GROUPS);

    // MM2's group sync would move groups on the target forward again: a restore there is refused.
    const refused = await stage.plan(before, 'target', GROUPS);
    if (refused.id !== null && refused.hash !== null) throw new Error('planned although MM2 syncs group offsets');
    await mm2.stop();
    const flags = ['--even-if-mm2-syncs', '--verify', '--min-proof', 'exact'];
    const originals = await positions();
    const plan = await stage.plan(before, 'target', GROUPS, flags);
    await stage.apply(plan);
    const moved = await positions();
    if (JSON.stringify(moved) === JSON.stringify(originals)) throw new Error('the restore did not move any group');
    await stage.undo(plan);
    const undone = await positions();
    if (JSON.stringify(undone) !== JSON.stringify(originals)) {
      throw new Error(`the undo led to ${JSON.stringify(undone)}, expected ${JSON.stringify(originals)}`);
    }
    await stage.restore(before, 'target', GROUPS, { flags });

    async function positions(): Promise<readonly string[]> {
      const rows = await Promise.all(GROUPS.map((group) => b.admin.groupOffsets(group)));
      return rows
        .flatMap((of, i) => of.map((row) => `${GROUPS[i]} ${row.topic}-${row.partition} ${row.offset}`))
        .sort();
    }
  },
};
