import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const targetTruncated: LiveScenario = {
  name: 'target-truncated',
  title: 'retention deletes records on the target earlier than on the source',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ some: {}, all: {} });
    for (const topic of ['some', 'all']) {
      await writer.write(topic, 600);
      await a.admin.commitOffsets('old', topic, { 0: 100n });
      await a.admin.commitOffsets('new', topic, { 0: 570n });
      await a.admin.commitOffsets('head', topic, { 0: 600n });
    }
    const mm2 = await stage.startMm2();
    const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
    for (const topic of ['some', 'all']) {
      await waitUntilSettled(mirroring(topic));
      await waitUntilGroupSynced(mirroring(topic), 'head');
    }
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('before', { allow });
    await b.admin.deleteRecords('A.some', 0, 400n);
    await b.admin.deleteRecords('A.all', 0, -1n);
    // A group had not read all of them. MM2 leaves it before the log's begin, where auto.offset.reset decides.
    const after = {
      expect: ['GROUP_RECORDS_EXPIRED'],
      allow: [...allow, 'TARGET_POSITION_SKIPS'],
      verdict: ['not-ready'],
    } as const;
    await stage.moment('400 and all 600 are deleted on the target', after);
    await writer.write('all', 50);
    await waitUntilSettled(mirroring('all'));
    await stage.moment('MM2 continues', after);
  },
};
