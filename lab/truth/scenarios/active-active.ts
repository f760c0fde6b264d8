import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import { RecordWriter } from '../../workload/record-writer.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const activeActive: LiveScenario = {
  name: 'active-active',
  title: 'both directions, a topic of the same name on both sides, one group that reads all of it',
  stage: { mm2: { 'B->A.enabled': 'true' } },
  async play(stage) {
    const { a, b, writer } = stage;
    const back = new RecordWriter(b.admin);
    await a.admin.createTopics({ t: {} });
    await b.admin.createTopics({ t: {} });
    await writer.write('t', 600);
    await back.write('t', 450);
    await a.admin.commitOffsets('g', 't', { 0: 565n });
    await b.admin.commitOffsets('h', 't', { 0: 450n });
    const mm2 = await stage.startMm2();
    const there = { source: a, target: b, topic: 't', mm2 };
    const andBack = { source: b, target: a, topic: 't', mm2 };
    await Promise.all([waitUntilSettled(there), waitUntilSettled(andBack)]);
    await Promise.all([waitUntilGroupSynced(there, 'g'), waitUntilGroupSynced(andBack, 'h')]);
    await stage.moment('settled, A->B', { flow: 'A->B' });
    await stage.moment('settled, B->A', { flow: 'B->A' });
    // The group consumes on both sides: its own commit on B is ahead of its position on A.
    await b.admin.commitOffsets('g', 'A.t', { 0: 600n });
    await mm2.stop();
    await writer.write('t', 70);
    await back.write('t', 30);
    await stage.moment('MM2 is down, a group moved on the target, A->B', {
      flow: 'A->B',
      expect: ['TARGET_POSITION_SKIPS'],
    });
    await stage.moment('MM2 is down, B->A', { flow: 'B->A', allow: ['HEARTBEAT_STALE'] });
  },
};
