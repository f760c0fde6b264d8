import { waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

/** 2019: a backfill keeps the times of its records. */
const LONG_AGO = { timestamp: 1_550_000_000_000n } as const;
const STALLED_MS = 3_000;

export const oldTimestamps: LiveScenario = {
  name: 'old-timestamps',
  title: 'records with old CreateTime timestamps, on an idle topic and arriving just now',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: { config: { 'retention.ms': '-1' } } });
    await writer.write('t', 400, LONG_AGO);
    await a.admin.commitOffsets('g', 't', { 0: 400n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 400n);
    const policy = { mirrorStalledMs: STALLED_MS };
    const well = { healthy: true, mm2: 'alive', policy } as const;
    await stage.moment('idle', well);
    const restsSince = Date.now();
    await waitUntil('MM2 to rest', () => Date.now() - restsSince > STALLED_MS + 2_000);
    await stage.moment('idle for longer than a stalled mirror', well);
    // An audit in the moment in which they wait: MM2 must not be faster.
    mm2.pause();
    await writer.write('t', 50, LONG_AGO);
    await stage.moment('50 more with old times have just come', { ...well, atOnce: true });
    // It does not know that they have just come, and MM2 stands still: it may warn. Their age alone must page nobody.
    await stage.moment('the same for an audit without a history', {
      policy,
      allow: ['MIRROR_STALLED'],
      verdict: ['ready', 'at-risk'],
      withoutMemory: true,
      atOnce: true,
    });
    mm2.resume();
    await waitUntilSettled(mirroring);
    await stage.moment('mirrored', well);
    await stage.moment('the same for an audit without a history', { ...well, withoutMemory: true });
  },
};
