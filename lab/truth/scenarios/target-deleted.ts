import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const targetDeleted: LiveScenario = {
  name: 'target-deleted',
  title: 'target topics are deleted and MM2 creates them again: one gets new records, one does not',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ busy: {}, quiet: {} });
    const mm2 = await stage.startMm2();
    const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
    for (const topic of ['busy', 'quiet']) {
      await writer.write(topic, 400);
      await a.admin.commitOffsets('g', topic, { 0: 350n });
      await waitUntilSettled(mirroring(topic));
      await waitUntilGroupSynced(mirroring(topic), 'g');
    }
    await stage.moment('before');
    await b.admin.deleteTopics('A.busy', 'A.quiet');
    await writer.write('busy', 300);
    await a.admin.commitOffsets('later', 'busy', { 0: 550n });
    await waitUntil('MM2 to create both again', async () => {
      const topics = await b.admin.listTopics();
      return topics.includes('A.busy') && topics.includes('A.quiet');
    });
    await waitUntilMirrored(mirroring('busy'));
    const expect = ['TARGET_TOPIC_RECREATED'] as const;
    // MM2 keeps checkpoints of the old log and may put groups there, beyond the end of the new log.
    const allow = [
      'TARGET_POSITION_SKIPS',
      'CHECKPOINT_NEVER_EMITTED',
      'CHECKPOINT_BEHIND',
      'GROUP_SYNC_REFUSED',
    ] as const;
    await stage.moment('both exist again', { expect, allow });
    await waitUntilSettled(mirroring('busy'));
    await stage.moment('settled', { expect, allow });
    await stage.moment('the same without memory of topic ids', { expect, allow, withoutMemory: true });
  },
};
