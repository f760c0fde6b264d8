import { cutLogs, markLogEnd } from '../../log-cut.ts';
import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import type { LiveStage } from '../live-stage.ts';

/** A new producer: the log that was cut no longer knows the sequence numbers of the old one. */
const ANOTHER_PRODUCER = { settings: { 'client.id': 'after-the-cut' } } as const;

/** A killed broker may register again when its session has expired: a minute by default in a lab of one broker. */
const RESTARTS_SOON = { source: { config: { 'broker.session.timeout.ms': '9000' } } } as const;

/** What a cut brings along for groups, and what MM2 does not write while the source's broker is down. */
const BESIDE_A_CUT = [
  // Groups had read records that were cut off.
  'GROUP_UNTRANSLATABLE',
  'TARGET_POSITION_SKIPS',
  'CHECKPOINT_NEVER_EMITTED',
  'CHECKPOINT_BEHIND',
  'GROUP_SYNC_REFUSED',
  'HEARTBEAT_STALE',
] as const;

export const sourceCut: LiveScenario = {
  name: 'source-cut',
  title: 'an unclean election cuts the source log under a running MM2, and the topic grows again',
  stage: RESTARTS_SOON,
  async play(stage) {
    const { a, b, writer } = stage;
    const { mark, mm2 } = await fill(stage, ['t']);
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await cutLogs(a, ...mark);
    // A record in another topic shows that MM2 is connected again.
    await a.admin.createTopics({ other: {} });
    await writer.write('other', 10, ANOTHER_PRODUCER);
    await waitUntilMirrored({ ...mirroring, topic: 'other' });
    const expect = ['SOURCE_LOG_CUT'] as const;
    // While the source's broker is down, MM2 writes no heartbeats, no checkpoints, no commits.
    const allow = [...BESIDE_A_CUT] as const;
    const cut = { expect, allow, verdict: ['not-ready'], mm2: 'alive' } as const;
    await stage.moment('the end went back from 500 to 300', cut);
    await writer.write('t', 100, ANOTHER_PRODUCER);
    await waitUntilMirrored(mirroring);
    await stage.moment('100 new records behind the cut', { ...cut, loss: 'at-least' });
    await writer.write('t', 300, ANOTHER_PRODUCER);
    await waitUntilSettled(mirroring);
    // MM2 continues at the cut, or begins again with the first record: then one audit can only bound what is missing.
    await stage.moment('regrown past the old end', { ...cut, loss: 'at-least' });
    await stage.moment('the same for an audit without a history', {
      // The commits of groups that had read further tell it.
      expect,
      allow: [...allow, 'SOURCE_TOPIC_RECREATED', 'FOREIGN_WRITES'],
      loss: 'at-least',
      withoutMemory: true,
    });
  },
};

export const sourceCutWhileDown: LiveScenario = {
  name: 'source-cut-while-down',
  title: 'an unclean election cuts source logs while MM2 is down: one regrows past MM2’s position, one does not',
  stage: RESTARTS_SOON,
  async play(stage) {
    const { a, b, writer } = stage;
    const { mark, mm2 } = await fill(stage, ['short', 'long']);
    const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
    await mm2.stop();
    await cutLogs(a, ...mark);
    const expect = ['SOURCE_LOG_CUT'] as const;
    const allow = [...BESIDE_A_CUT, 'MIRROR_STOPPED'] as const;
    const cut = { expect, allow, verdict: ['not-ready'] } as const;
    await stage.moment('both ends went back from 500 to 300', cut);
    await writer.write('short', 100, ANOTHER_PRODUCER);
    await writer.write('long', 400, ANOTHER_PRODUCER);
    // Nobody knows that MM2 will begin again with one: at most all of it is lost.
    const after = { ...cut, allow: [...allow, 'RECORDS_NEVER_MIRRORED'] } as const;
    await stage.moment('100 and 400 new records wait', { ...after, loss: 'at-least' });
    await mm2.start();
    await waitUntilSettled(mirroring('short'));
    await waitUntilSettled(mirroring('long'));
    await stage.moment('MM2 mirrors one again from its begin, and is past 200 records of the other', after);
    await stage.moment('the same for an audit without a history', {
      allow: [...after.allow, 'SOURCE_TOPIC_RECREATED', 'FOREIGN_WRITES', 'VERIFICATION_REFUTED'],
      // The commits of groups that had read further tell it.
      expect,
      loss: 'not-lower',
      withoutMemory: true,
    });
  },
};

export const sourceCutUnseen: LiveScenario = {
  name: 'source-cut-unseen',
  title: 'a source log is cut and regrows past MM2’s position before any audit sees it short',
  stage: RESTARTS_SOON,
  async play(stage) {
    const { a, b, writer } = stage;
    const { mark, mm2 } = await fill(stage, ['t']);
    await mm2.stop();
    await cutLogs(a, ...mark);
    await writer.write('t', 400, ANOTHER_PRODUCER);
    await mm2.start();
    await waitUntilSettled({ source: a, target: b, topic: 't', mm2 });
    // The leader epochs show the cut. That 200 records never come has to be reported.
    const allow = [
      ...BESIDE_A_CUT,
      'RECORDS_NEVER_MIRRORED',
      'SOURCE_LOG_CUT',
      'SOURCE_TOPIC_RECREATED',
      'VERIFICATION_REFUTED',
    ] as const;
    const past = { allow, mm2: 'alive' } as const;
    await stage.moment('MM2 is past 200 records', { ...past, expect: ['SOURCE_LOG_CUT', 'RECORDS_NEVER_MIRRORED'] });
    // The commits of groups that had read further tell it.
    const without = { expect: ['SOURCE_LOG_CUT'], loss: 'not-lower', withoutMemory: true } as const;
    await stage.moment('the same for an audit without a history', { ...past, ...without });
  },
};

/** 500 records in each topic, all mirrored, the last 200 of which an election can cut off. */
async function fill(stage: LiveStage, topics: readonly string[]) {
  const { a, b, writer } = stage;
  await a.admin.createTopics(Object.fromEntries(topics.map((topic) => [topic, {}])));
  const mark = [];
  for (const topic of topics) {
    await writer.write(topic, 300);
    mark.push(markLogEnd(a, topic));
    await writer.write(topic, 200);
    await a.admin.readAndCommit('early', topic, 0, 120n);
    await a.admin.readAndCommit('late', topic, 0, 450n);
    await a.admin.readAndCommit('head', topic, 0, 500n);
  }
  const mm2 = await stage.startMm2();
  for (const topic of topics) {
    const mirroring = { source: a, target: b, topic, mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'head');
    await waitUntil('MM2 to put the group at the end', async () =>
      (await b.admin.groupOffsets('head')).some((row) => row.topic === `A.${topic}` && row.offset === 500n),
    );
  }
  await stage.moment('before', { allow: ['CHECKPOINT_NEVER_EMITTED'], verdict: ['ready', 'at-risk'], mm2: 'alive' });
  return { mark, mm2 };
}
