import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const liveGroup: LiveScenario = {
  name: 'live-group',
  title: 'live KIP-848 groups: one on the source, one on the target as well',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: { partitions: 2 } });
    for (const partition of [0, 1]) await writer.write('t', 400, { partition });
    const join = async (cluster: typeof a, group: string, topic: string) => {
      // It runs as long as the lab: when it ends, it would change the group's commits.
      await cluster.admin.startConsumer({ group, topics: [topic], protocol: 'consumer' });
    };
    await join(a, 'on-source', 't');
    await join(a, 'on-both', 't');
    for (const group of ['on-source', 'on-both']) {
      await waitUntil(`${group} to have read all`, async () => {
        const commits = await a.admin.groupOffsets(group);
        return commits.length === 2 && commits.every(({ offset }) => offset === 400n);
      });
    }
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'on-source');
    await waitUntilGroupSynced(mirroring, 'on-both');
    await stage.moment('live on the source only');
    await join(b, 'on-both', 'A.t');
    await stage.moment('live on the target', { expect: ['TARGET_GROUP_ACTIVE'], allow: ['GROUP_SYNC_REFUSED'] });
  },
};
