import { waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

/** Producers' clocks ahead of MM2's: a record is then younger than the sync that reports it. */
function ahead(ms: number): { readonly timestamp: bigint } {
  return { timestamp: BigInt(Date.now() + ms) };
}

export const headerTransform: LiveScenario = {
  name: 'header-transform',
  title: 'a transform in MM2 adds a header, and producers’ clocks are 2 to 5 s ahead; then the topic is recreated',
  stage: {
    mm2: {
      'A->B.transforms': 'via',
      'A->B.transforms.via.type': 'LabHeader',
    },
  },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {}, late: {} });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    const well = { healthy: true, mm2: 'alive' } as const;
    await writer.write('t', 300, ahead(5_000));
    await a.admin.commitOffsets('g', 't', { 0: 300n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 300n);
    await stage.moment('settled', well);
    await stage.moment('the same for an audit without a history', { ...well, withoutMemory: true });
    await writer.write('t', 100, ahead(2_000));
    await writer.write('late', 200, ahead(3_500));
    await a.admin.commitOffsets('g', 't', { 0: 400n });
    await waitUntilSettled(mirroring);
    await waitUntilSettled({ ...mirroring, topic: 'late' });
    await waitUntilAt(b, 'g', 'A.t', 400n);
    await stage.moment('more arrive', well);
    await stage.moment('the same for an audit without a history', { ...well, withoutMemory: true });
    // MM2 must find the new topic when it has already grown.
    mm2.pause();
    await a.admin.deleteTopics('t');
    await a.admin.createTopic('t');
    await writer.write('t', 700, ahead(2_000));
    mm2.resume();
    await waitUntilSettled(mirroring);
    await stage.moment('the topic is recreated and regrows past MM2’s position', {
      expect: ['SOURCE_TOPIC_RECREATED'],
      allow: ['TARGET_POSITION_SKIPS', 'CHECKPOINT_NEVER_EMITTED', 'RECORDS_NEVER_MIRRORED', 'HEARTBEAT_STALE'],
      verdict: ['not-ready'],
      // No sync names the first records of the new topic that MM2 mirrored: they may be of the old one.
      loss: 'at-least',
    });
  },
};
