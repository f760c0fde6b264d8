import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const rewoundGroup: LiveScenario = {
  name: 'rewound-group',
  title: 'a group is reset to earlier offsets: MM2 does not move it back on the target',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    await writer.write('t', 1_200);
    await a.admin.commitOffsets('g', 't', { 0: 1_190n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'g');
    await stage.moment('before');
    await a.admin.commitOffsets('g', 't', { 0: 50n });
    await stage.moment('rewound to 50', { expect: ['TARGET_POSITION_SKIPS'] });
  },
};
