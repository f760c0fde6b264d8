import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { MM2_ON_THREE_BROKERS } from '../../mm2-properties.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

const LEADER = 2;
const FOLLOWER = 3;

export const uncleanElection: LiveScenario = {
  name: 'unclean-election',
  title: 'a source broker that lacks the newest records is elected, and the topic grows past its old end',
  stage: {
    source: { brokers: 3, config: { 'unclean.leader.election.enable': 'true' } },
    mm2: MM2_ON_THREE_BROKERS,
  },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {}, other: { replicationFactor: 3 } });
    // Alone first: a leader that stays a replica stays the leader, and the topic began on any broker.
    for (const replicas of [[LEADER], [LEADER, FOLLOWER]]) {
      await a.admin.reassign('t', 0, replicas);
      await waitUntil('the replicas to be in sync', async () => {
        const { leaders, inSync } = (await a.admin.describeTopics(['t'])).t ?? {};
        return leaders?.[0] === LEADER && inSync?.[0] === replicas.length;
      });
    }
    await writer.write('t', 300);
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await a.kill(FOLLOWER);
    await a.waitUntilRegistered(2);
    // Only the leader has these.
    await writer.write('t', 200);
    await a.admin.readAndCommit('early', 't', 0, 120n);
    await a.admin.readAndCommit('late', 't', 0, 450n);
    await a.admin.readAndCommit('head', 't', 0, 500n);
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'head');
    // While brokers die, MM2 may write no heartbeats, checkpoints and commits.
    const beside = [
      'CHECKPOINT_NEVER_EMITTED',
      'CHECKPOINT_BEHIND',
      'GROUP_SYNC_REFUSED',
      'HEARTBEAT_STALE',
      'MIRROR_STOPPED',
    ] as const;
    await stage.moment('before', { allow: [...beside] });
    await a.kill(LEADER);
    await a.restart(FOLLOWER);
    await a.waitUntilRegistered(2);
    await writer.write('t', 400, { settings: { 'client.id': 'after-the-election' } });
    await writer.write('other', 10, { settings: { 'client.id': 'after-the-election' } });
    await waitUntilMirrored({ ...mirroring, topic: 'other' });
    await waitUntilMirrored(mirroring);
    const cut = { expect: ['SOURCE_LOG_CUT'], verdict: ['not-ready'], loss: 'at-least' } as const;
    const allow = [...beside, 'GROUP_UNTRANSLATABLE', 'TARGET_POSITION_SKIPS', 'RECORDS_NEVER_MIRRORED'] as const;
    await stage.moment('200 records are gone, 400 are new', { ...cut, allow: [...allow] });
    await a.restart(LEADER);
    await a.waitUntilRegistered(3);
    await stage.moment('the old leader is back', { ...cut, allow: [...allow] });
  },
};
