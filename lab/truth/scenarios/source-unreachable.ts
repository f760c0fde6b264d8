import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const sourceUnreachable: LiveScenario = {
  name: 'source-unreachable',
  title: 'the source is unreachable: positions come from MM2’s last translations',
  stage: { source: { throughProxy: true } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    await writer.write('t', 500);
    await a.admin.commitOffsets('g', 't', { 0: 480n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'g');
    await stage.moment('before');
    await a.link.cut();
    await stage.moment('the link is cut', {
      expect: ['CLUSTER_UNREACHABLE'],
      loss: 'unknown',
      also: ({ report }) => (report.groups.some(({ group }) => group === 'g') ? [] : ['group g is not in the report']),
    });
    await a.link.heal();
    await stage.moment('the link works again');
  },
};
