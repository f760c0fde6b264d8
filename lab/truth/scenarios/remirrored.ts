import { setConnectOffset } from '../../connect-offsets.ts';
import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

export const remirrored: LiveScenario = {
  name: 'remirrored',
  title: 'a target topic is recreated, and its connector offset is reset as the runbook says: MM2 mirrors all again',
  // Small polls: the mirroring takes long enough to be stopped half way.
  stage: { mm2: { 'A.consumer.max.poll.records': '50' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await writer.write('t', 20_000);
    await a.admin.commitOffsets('g', 't', { 0: 20_000n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 20_000n);
    await stage.moment('before', { healthy: true, mm2: 'alive' });
    await b.admin.deleteTopics('A.t');
    await writer.write('t', 300);
    await waitUntil('MM2 to create it again', async () => (await b.admin.listTopics()).includes('A.t'));
    await writer.write('t', 1);
    await waitUntilMirrored(mirroring);
    const expect = ['TARGET_TOPIC_RECREATED'] as const;
    const allow = [
      'TARGET_POSITION_SKIPS',
      'CHECKPOINT_NEVER_EMITTED',
      'CHECKPOINT_BEHIND',
      'GROUP_SYNC_REFUSED',
      'LOSS_OVER_LIMIT',
      'RECORDS_NEVER_MIRRORED',
    ] as const;
    const broken = { expect, allow, verdict: ['not-ready'], mm2: 'alive', loss: 'at-least' } as const;
    await stage.moment('recreated: the first records are gone', broken);
    await mm2.stop();
    await setConnectOffset(b, 'A', 't', null);
    await mm2.start();
    await waitUntil('MM2 to mirror a part of it again', async () => {
      const [log] = await b.admin.listOffsets('A.t');
      return log !== undefined && log.highWatermark > 3_000n;
    });
    // The audit needs a target that stands still.
    mm2.pause();
    const [log] = await b.admin.listOffsets('A.t');
    if (log === undefined || log.highWatermark > 19_000n) throw new Error('MM2 was not stopped half way');
    await stage.moment('it is being mirrored again', { ...broken, allow: [...allow, 'FOREIGN_WRITES'] });
    mm2.resume();
    await writer.write('t', 1);
    await waitUntilMirrored(mirroring);
    await waitUntilSettled(mirroring);
    // The runbook's second step: MM2 does not move groups back.
    const [end] = await b.admin.listOffsets('A.t');
    await a.admin.commitOffsets('g', 't', { 0: 20_302n });
    await b.admin.commitOffsets('g', 'A.t', { 0: end?.highWatermark ?? 0n });
    const repaired = { verdict: ['ready', 'at-risk'], allow: ['CHECKPOINT_BEHIND'], mm2: 'alive' } as const;
    await stage.moment('repaired', repaired);
    await stage.moment('the same for an audit without a history', {
      ...repaired,
      allow: [...repaired.allow, 'FOREIGN_WRITES'],
      withoutMemory: true,
    });
  },
};
