import { freePorts } from '../../free-port.ts';
import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const exactlyOnce: LiveScenario = {
  name: 'exactly-once',
  title: 'an exactly-once MM2 is killed under load: markers on the target, no record twice',
  stage: {
    mm2: {
      'B.exactly.once.source.support': 'enabled',
      'dedicated.mode.enable.internal.rest': 'true',
      listeners: `http://127.0.0.1:${(await freePorts(1))[0]}`,
      'B.producer.transaction.timeout.ms': '8000',
    },
  },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    await writer.write('t', 300);
    await a.admin.commitOffsets('g', 't', { 0: 150n });
    await a.admin.commitOffsets('head', 't', { 0: 300n });
    await a.admin.commitOffsets('later', 't', { 0: 333n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilMirrored(mirroring);
    for (let i = 0; i < 4; i++) await writer.write('t', 50);
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'head');
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('settled', { allow });
    await writer.write('t', 500);
    await mm2.kill();
    await mm2.start();
    await waitUntilMirrored(mirroring);
    await waitUntil('the last transaction to be committed', async () => {
      const [log] = await b.admin.listOffsets('A.t');
      return log !== undefined && log.lastStableOffset === log.highWatermark;
    });
    // Until MM2 flushes, its acknowledgements lag, and markers make the target's end useless: the lag is an upper
    // bound.
    await stage.moment('killed under load and restarted', { allow, loss: 'at-least' });
    await waitUntilSettled(mirroring);
    await stage.moment('settled again', { allow });
  },
};
