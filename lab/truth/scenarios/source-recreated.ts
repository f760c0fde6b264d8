import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';
import type { LiveStage } from '../live-stage.ts';

export const sourceRecreated: LiveScenario = {
  name: 'source-recreated',
  title: 'source topics are recreated and grow past MM2’s position: under a running MM2, and while it is down',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ running: {}, down: {} });
    for (const topic of ['running', 'down']) {
      await writer.write(topic, 500);
      await a.admin.commitOffsets('g', topic, { 0: 100n });
      await a.admin.commitOffsets('head', topic, { 0: 500n });
    }
    const mm2 = await stage.startMm2();
    const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
    for (const topic of ['running', 'down']) {
      await waitUntilSettled(mirroring(topic));
      await waitUntilGroupSynced(mirroring(topic), 'head');
    }
    await stage.moment('before', { allow: ['CHECKPOINT_NEVER_EMITTED'] });

    // Pause MM2, so that its next fetch finds the regrown topic: with a shorter one it would start over.
    mm2.pause();
    await recreate(stage, 'running');
    mm2.resume();
    await waitUntilSettled(mirroring('running'));
    await mm2.stop();
    await recreate(stage, 'down');
    const expect = ['SOURCE_TOPIC_RECREATED'] as const;
    const allow = ['TARGET_POSITION_SKIPS'] as const;
    // MM2 did not translate groups that appeared while it was down.
    const whileDown = { expect: [...expect, 'CHECKPOINT_NEVER_EMITTED'], allow, loss: 'at-least' } as const;
    await stage.moment('one regrown under MM2, the other while it is down', whileDown);
    await stage.moment('the same without memory of topic ids', { ...whileDown, withoutMemory: true });
    await mm2.start();
    await waitUntilSettled(mirroring('down'));
    const after = { expect, allow: [...allow, 'CHECKPOINT_NEVER_EMITTED'], loss: 'at-least' } as const;
    await stage.moment('MM2 continues as if nothing had happened', after);
    await stage.moment('the same without memory of topic ids', { ...after, withoutMemory: true });
  },
};

async function recreate({ a, writer }: LiveStage, topic: string): Promise<void> {
  await a.admin.deleteTopics(topic);
  await a.admin.createTopic(topic);
  await writer.write(topic, 800);
  await a.admin.commitOffsets('g', topic, { 0: 100n });
  await a.admin.commitOffsets('late', topic, { 0: 650n });
}
