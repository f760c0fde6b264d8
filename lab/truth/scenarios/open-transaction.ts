import { waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

/** Beyond this a record has waited too long. */
const STALLED_MS = 2_000;

export const openTransaction: LiveScenario = {
  name: 'open-transaction',
  title: 'a read_committed MM2 cannot pass an open transaction; it ends; then MM2 dies before another one',
  stage: { mm2: { 'A.consumer.isolation.level': 'read_committed' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2, isolation: 'read_committed' } as const;
    await writer.write('t', 200);
    await a.admin.commitOffsets('g', 't', { 0: 200n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 200n);
    const policy = { mirrorStalledMs: STALLED_MS };
    const well = { healthy: true, mm2: 'alive' } as const;
    await stage.moment('before', { ...well, policy });
    const open = writer.openTransaction();
    await open.write('t', 30);
    await writer.write('t', 20);
    await stage.moment('50 records wait for the end of a young transaction', { ...well, loss: 'at-least' });
    const openedAt = Date.now();
    await waitUntil('the transaction to be old', () => Date.now() - openedAt > STALLED_MS + 500);
    const old = {
      expect: ['SOURCE_TRANSACTION_OPEN'],
      verdict: ['at-risk', 'not-ready'],
      policy,
      // Whoever reads committed records only does not see those behind an open transaction; a failover loses them.
      loss: 'at-least',
    } as const;
    await stage.moment('it stays open', { ...old, mm2: 'alive' });
    await stage.moment('the same for an audit without a history', { ...old, mm2: 'alive', withoutMemory: true });
    await open.end('commit');
    await a.admin.commitOffsets('g', 't', { 0: 251n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 250n);
    await stage.moment('committed', { ...well, policy });
    const another = writer.openTransaction();
    await another.write('t', 30);
    await mm2.kill();
    const killedAt = Date.now();
    const impatient = { heartbeatStaleMs: 1_000, mirrorStoppedMs: 2_000 };
    await waitUntil('the last heartbeat to be old', () => Date.now() - killedAt > 3_500);
    await stage.moment('MM2 died before another transaction', {
      expect: ['MIRROR_STOPPED'],
      allow: ['SOURCE_TRANSACTION_OPEN'],
      verdict: ['not-ready'],
      policy: impatient,
      loss: 'at-least',
    });
    await another.end('abort');
    await mm2.start();
    await writer.write('t', 1);
    await waitUntilSettled(mirroring);
    await stage.moment('aborted, and MM2 is back', well);
  },
};
