import { connectTopics, setConnectOffset } from '../../connect-offsets.ts';
import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

export const offsetsAltered: LiveScenario = {
  name: 'offsets-altered',
  title: 'somebody changes MM2’s Connect offsets: one forward, one back, one is removed; then the repair',
  async play(stage) {
    const { a, b, writer } = stage;
    const topics = ['forward', 'back', 'gone'];
    await a.admin.createTopics({ forward: {}, back: {}, gone: {} });
    const mm2 = await stage.startMm2();
    const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
    for (const topic of topics) {
      await writer.write(topic, 300);
      await a.admin.commitOffsets('g', topic, { 0: 300n });
      await waitUntilSettled(mirroring(topic));
      await waitUntilAt(b, 'g', `A.${topic}`, 300n);
    }
    await stage.moment('before', { healthy: true, mm2: 'alive' });
    await mm2.stop();
    for (const topic of topics) await writer.write(topic, 200);
    await setConnectOffset(b, 'A', 'forward', 399n);
    await setConnectOffset(b, 'A', 'back', 149n);
    await setConnectOffset(b, 'A', 'gone', null);
    const paused = ['HEARTBEAT_STALE', 'MIRROR_STOPPED'] as const;
    await stage.moment('MM2 is down, 200 records wait in each', {
      // Of one it is already known that MM2 will pass 100 of them over.
      allow: [...paused, 'RECORDS_NEVER_MIRRORED'],
      loss: 'at-least',
    });
    await mm2.start();
    for (const topic of topics) await waitUntilSettled(mirroring(topic));
    const lost = { expect: ['RECORDS_NEVER_MIRRORED'], verdict: ['not-ready'], mm2: 'alive' } as const;
    await stage.moment('MM2 is past 100 records, and wrote others twice', lost);
    await stage.moment('the same for an audit without a history', { ...lost, withoutMemory: true });
    await mm2.stop();
    await setConnectOffset(b, 'A', 'forward', 299n);
    await mm2.start();
    for (const topic of topics) await a.admin.commitOffsets('g', topic, { 0: 500n });
    await waitUntil('MM2 to mirror them again', async () => {
      const [log] = await b.admin.listOffsets('A.forward');
      return log !== undefined && log.highWatermark >= 600n;
    });
    await writer.write('forward', 1);
    await waitUntilSettled(mirroring('forward'));
    await stage.moment('repaired: the offset was set back', {
      verdict: ['ready', 'at-risk'],
      // MM2 does not move a group beyond records that it wrote twice before its next sync.
      allow: ['CHECKPOINT_BEHIND', 'GROUP_SYNC_REFUSED'],
      mm2: 'alive',
    });
  },
};

export const offsetsLost: LiveScenario = {
  name: 'offsets-lost',
  title: 'MM2 loses its Connect offsets while auto.offset.reset is latest: it jumps ahead; then the repair',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await writer.write('t', 300);
    await a.admin.commitOffsets('g', 't', { 0: 300n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 300n);
    await stage.moment('before', { healthy: true, mm2: 'alive' });
    await mm2.stop();
    await writer.write('t', 200);
    // A Connect cluster that is set up again. With its old task settings MM2 would begin at the earliest record.
    await b.admin.deleteTopics(...connectTopics('A'));
    stage.configureMm2({ 'A.consumer.auto.offset.reset': 'latest' });
    const paused = ['HEARTBEAT_STALE', 'MIRROR_STOPPED'] as const;
    await stage.moment('MM2 is down, its offsets are gone, 200 records wait', { allow: paused });
    await mm2.start();
    // MM2 mirrors what is written once its consumer has looked for the end.
    await waitUntil('MM2 to mirror again', async () => {
      await writer.write('t', 1);
      const [log] = await b.admin.listOffsets('A.t');
      return log !== undefined && log.highWatermark > 300n;
    });
    await waitUntilSettled(mirroring);
    const lost = { expect: ['RECORDS_NEVER_MIRRORED'], verdict: ['not-ready'], mm2: 'alive' } as const;
    await stage.moment('MM2 is past 200 records', lost);
    await stage.moment('the same for an audit without a history', { ...lost, withoutMemory: true });
    await mm2.stop();
    await setConnectOffset(b, 'A', 't', 299n);
    await mm2.start();
    await writer.write('t', 1);
    await waitUntilMirrored(mirroring);
    await waitUntilSettled(mirroring);
    await stage.moment('repaired: the offset was set back', {
      verdict: ['ready', 'at-risk'],
      allow: ['CHECKPOINT_BEHIND', 'GROUP_SYNC_REFUSED'],
      mm2: 'alive',
    });
  },
};
