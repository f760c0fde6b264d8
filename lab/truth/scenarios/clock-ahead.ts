import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

/** As far as the default policy takes a mirror to be dead. */
const AHEAD_MS = 30_000;

export const clockAhead: LiveScenario = {
  name: 'clock-ahead',
  title: 'the auditor’s clock is 30 s ahead of MM2’s',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await writer.write('t', 300);
    await a.admin.commitOffsets('g', 't', { 0: 300n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 300n);
    const well = { healthy: true, mm2: 'alive', clockAheadMs: AHEAD_MS } as const;
    await stage.moment('with the right clock', { ...well, clockAheadMs: 0 });
    await stage.moment('with a clock that is ahead', well);
    await writer.write('t', 50);
    await waitUntilMirrored(mirroring);
    await stage.moment('50 more have arrived', well);
    await stage.moment('the same for an audit without a history', { ...well, withoutMemory: true });
    await mm2.kill();
    await writer.write('t', 50);
    const killedAt = Date.now();
    const policy = { heartbeatStaleMs: 1_000, mirrorStoppedMs: 2_000 };
    await waitUntil('50 records to wait for long', () => Date.now() - killedAt > 5_000);
    await stage.moment('MM2 is dead, 50 records wait', {
      expect: ['MIRROR_STOPPED'],
      verdict: ['not-ready'],
      clockAheadMs: AHEAD_MS,
      policy,
    });
  },
};
