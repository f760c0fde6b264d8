import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const mm2Stopped: LiveScenario = {
  name: 'mm2-stopped',
  title: 'MM2 is stopped while producers and groups continue',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    await writer.write('t', 500);
    await a.admin.commitOffsets('g', 't', { 0: 300n });
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'g');
    await mm2.stop();
    const stoppedAt = Date.now();
    await writer.write('t', 700);
    await a.admin.commitOffsets('g', 't', { 0: 450n });
    await a.admin.commitOffsets('ahead', 't', { 0: 900n });
    const policy = { heartbeatStaleMs: 1_000, mirrorStoppedMs: 5_000 };
    await waitUntil('the last heartbeat to be old', () => Date.now() - stoppedAt > 6_000);
    await stage.moment('stopped, 700 records behind', { expect: ['MIRROR_STOPPED'], policy });
  },
};
