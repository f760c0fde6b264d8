import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const mm2Killed: LiveScenario = {
  name: 'mm2-killed',
  title: 'MM2 is killed under load with the default flush interval, and restarted: it re-mirrors records',
  stage: { mm2: { 'B.offset.flush.interval.ms': '60000' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    await a.admin.commitOffsets('far', 't', { 0: 150n });
    await a.admin.commitOffsets('middle', 't', { 0: 1_777n });
    await writer.write('t', 500);
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilMirrored(mirroring);
    for (let i = 0; i < 10; i++) await writer.write('t', 200);
    await waitUntil('MM2 to mirror a part of the records', async () => {
      const [end] = await b.admin.listOffsets('A.t');
      return end !== undefined && end.highWatermark > 1_000n;
    });
    await mm2.kill();
    const allow = ['CHECKPOINT_NEVER_EMITTED', 'CHECKPOINTS_MISSING'] as const;
    await stage.moment('killed', { allow, loss: 'at-least' });
    // These records show when MM2 has finished re-mirroring.
    await writer.write('t', 200);
    await mm2.start();
    await waitUntilMirrored(mirroring);
    await stage.moment('restarted', { allow, loss: 'at-least' });
    await mm2.stop();
    await mm2.start();
    await waitUntilSettled(mirroring);
    await stage.moment('settled', { allow: ['CHECKPOINT_NEVER_EMITTED', 'CHECKPOINT_BEHIND'] });
  },
};
