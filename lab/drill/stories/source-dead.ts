import { waitUntilGroupSynced, waitUntilMirrored } from '../../mirroring.ts';
import { MM2_ON_THREE_BROKERS } from '../../mm2-properties.ts';
import { waitUntil } from '../../wait-until.ts';
import type { Story } from '../story.ts';

const PARTITIONS = [0, 1, 2];
const GROUPS = ['head', 'near', 'far', 'oldest'];
export const sourceDead: Story = {
  name: 'source-dead',
  title: 'all source brokers are killed: groups continue on the target, with positions from the history',
  stage: { source: { brokers: 3 }, mm2: MM2_ON_THREE_BROKERS },
  async play(stage) {
    const { a, b, writer, mm2 } = stage;
    await a.admin.createTopics({ orders: { partitions: 3, replicationFactor: 3 } });
    const mirroring = { source: a, target: b, topic: 'orders', mm2 };
    for (let round = 0; round < 6; round++) {
      for (const partition of PARTITIONS) {
        await writer.write('orders', 800, { partition });
        await writer.writeTransaction('orders', 11, round % 2 === 0 ? 'commit' : 'abort', { partition });
      }
      await waitUntilMirrored(mirroring);
      await stage.audit();
    }
    const ends = new Map((await a.admin.listOffsets('orders')).map((row) => [row.partition, row.highWatermark]));
    const behind = (records: bigint) =>
      Object.fromEntries(PARTITIONS.map((p) => [p, (ends.get(p) ?? 0n) - records - BigInt(p)]));
    await a.admin.commitOffsets('head', 'orders', behind(0n));
    await a.admin.commitOffsets('near', 'orders', behind(40n));
    await a.admin.commitOffsets('far', 'orders', behind(2_500n));
    await a.admin.commitOffsets('oldest', 'orders', { 0: 10n, 1: 20n, 2: 30n });
    for (const group of ['head', 'near']) await waitUntilGroupSynced(mirroring, group);
    await waitUntil('MM2 to translate the group far back', async () => {
      return (await b.admin.translateOffsets('A', 'far')).length === PARTITIONS.length;
    }).catch(() => undefined);
    const last = await stage.moment(GROUPS);
    await stage.rememberSource('orders');
    for (const nodeId of a.nodeIds) await a.kill(nodeId);
    await mm2.kill();
    // This audit cannot read the source: the restore must use the time of the last one that could.
    await stage.audit();
    await stage.restore(last, 'target', GROUPS, { flags: ['--even-if-mm2-syncs', '--min-proof', 'conservative'] });
  },
};
