import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const millionRecords: LiveScenario = {
  name: 'million-records',
  title: 'a group 500,000 records behind the head of a partition of 1,000,000',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    await writer.write('t', 1_000_000);
    await a.admin.commitOffsets('behind', 't', { 0: 500_000n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'behind');
    await stage.moment('settled', {
      allow: ['GROUP_REREADS_MUCH'],
      also: ({ positions: [position] }) => {
        if (position?.tidemark == null || position.mm2 === null) return ['one of the two has no position'];
        const { group, tidemark, mm2: left } = position;
        return [
          ...(group.tidemark.proof === 'exact' ? [] : [`Tidemark is ${group.tidemark.proof}`]),
          ...(tidemark.rereads === 0n && tidemark.skips === 0n ? [] : [`Tidemark re-reads ${tidemark.rereads}`]),
          ...(left.rereads >= 10_000n ? [] : [`MM2 re-reads only ${left.rereads}`]),
        ];
      },
    });
  },
};
