import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const syncsOnTarget: LiveScenario = {
  name: 'syncs-on-target',
  title: 'offset-syncs.topic.location=target',
  stage: { mm2: { 'offset-syncs.topic.location': 'target' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    await a.admin.commitOffsets('g', 't', { 0: 965n });
    await writer.write('t', 1_000);
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2, syncsOn: b };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'g');
    await stage.moment('settled');
    await mm2.stop();
    await writer.write('t', 90);
    await stage.moment('MM2 is down, 90 records wait');
  },
};
