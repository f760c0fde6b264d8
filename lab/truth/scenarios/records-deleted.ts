import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const recordsDeleted: LiveScenario = {
  name: 'records-deleted',
  title: 'the source deletes records before MM2 reads them',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ some: {}, all: {} });
    const mm2 = await stage.startMm2();
    const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
    for (const topic of ['some', 'all']) {
      await writer.write(topic, 300);
      await a.admin.commitOffsets('g', topic, { 0: 280n });
      await waitUntilSettled(mirroring(topic));
      await waitUntilGroupSynced(mirroring(topic), 'g');
    }
    await mm2.stop();
    for (const topic of ['some', 'all']) await writer.write(topic, 400);
    await stage.moment('400 records wait in each');
    await a.admin.deleteRecords('some', 0, 600n);
    await a.admin.deleteRecords('all', 0, -1n);
    await a.admin.commitOffsets('middle', 'some', { 0: 650n });
    const expect = ['RECORDS_LOST_TO_RETENTION'] as const;
    await stage.moment('300 and 400 of them are deleted', { expect: [...expect, 'CHECKPOINT_NEVER_EMITTED'] });
    await mm2.start();
    await waitUntilSettled(mirroring('some'));
    await stage.moment('MM2 continues after them', { expect, allow: ['CHECKPOINT_NEVER_EMITTED'] });
  },
};
