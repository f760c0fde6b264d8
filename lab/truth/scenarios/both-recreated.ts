import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const bothRecreated: LiveScenario = {
  name: 'both-recreated',
  title: 'a topic is deleted and recreated on both sides while MM2 is down, as after a rebuild',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ short: {}, long: {} });
    const mm2 = await stage.startMm2();
    const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
    for (const topic of ['short', 'long']) {
      await writer.write(topic, 500);
      await a.admin.commitOffsets('g', topic, { 0: 420n });
      await waitUntilSettled(mirroring(topic));
      await waitUntilGroupSynced(mirroring(topic), 'g');
    }
    await stage.moment('before');
    await mm2.stop();
    await a.admin.deleteTopics('short', 'long');
    await b.admin.deleteTopics('A.short', 'A.long');
    await a.admin.createTopics({ short: {}, long: {} });
    await writer.write('short', 200);
    await writer.write('long', 900);
    await a.admin.commitOffsets('g', 'short', { 0: 120n });
    await a.admin.commitOffsets('g', 'long', { 0: 610n });
    const expect = ['SOURCE_TOPIC_RECREATED'] as const;
    const allow = ['TARGET_TOPIC_RECREATED', 'TARGET_POSITION_SKIPS', 'CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('recreated on the source, deleted on the target', {
      expect: [...expect, 'TOPIC_NOT_MIRRORED'],
      allow,
    });
    await mm2.start();
    await waitUntil('MM2 to create both again', async () => {
      const topics = await b.admin.listTopics();
      return topics.includes('A.short') && topics.includes('A.long');
    });
    for (const topic of ['short', 'long']) await waitUntilMirrored(mirroring(topic));
    for (const topic of ['short', 'long']) await waitUntilSettled(mirroring(topic));
    const after = { expect: [...expect, 'TARGET_TOPIC_RECREATED'] as const, allow };
    await stage.moment('MM2 continues', after);
    await stage.moment('the same without memory of topic ids', {
      allow: [...after.expect, ...allow],
      withoutMemory: true,
    });
  },
};
