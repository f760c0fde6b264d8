import { waitUntilSettled } from '../../mirroring.ts';
import { MM2_ON_THREE_BROKERS } from '../../mm2-properties.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import type { MomentOptions } from '../live-stage.ts';
import { waitUntilAt } from '../wait-until-at.ts';

const GROUPS = Array.from({ length: 8 }, (_, i) => `group-${i}`);
const COORDINATOR_PARTITIONS = 4;

export const coordinatorDown: LiveScenario = {
  name: 'coordinator-down',
  title: 'the only broker that knows some groups is dead: they are reported as not read, also when it is long gone',
  stage: { source: { brokers: 3, config: { 'offsets.topic.replication.factor': '1' } }, mm2: MM2_ON_THREE_BROKERS },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: { replicationFactor: 3 } });
    await writer.write('t', 300);
    for (const group of GROUPS) await a.admin.commitOffsets(group, 't', { 0: 300n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    for (const group of GROUPS) await waitUntilAt(b, group, 'A.t', 300n);
    await stage.moment('all brokers up', { healthy: true, mm2: 'alive' });
    // MM2's reaction to a dead broker must not influence the audit, nor may its absence hide what is not read.
    await mm2.stop();
    const policy = { heartbeatStaleMs: 600_000, mirrorStoppedMs: 600_000 };
    const { leaders = [] } = (await a.admin.describeTopics(['__consumer_offsets'])).__consumer_offsets ?? {};
    const [victim] = leaders.filter((leader) => leader !== null);
    if (victim === undefined) throw new Error('no group has a coordinator');
    const lost = GROUPS.filter((group) => leaders[coordinatorPartition(group)] === victim);
    if (lost.length === 0) throw new Error(`broker ${victim} coordinates no group`);
    await a.kill(victim);
    const killedAt = Date.now();
    await a.waitUntilRegistered(2);
    const expectation: MomentOptions = {
      // A group with members nobody can ask is reported, or the audit says that it could not list all.
      expect: ['AUDIT_INCOMPLETE'],
      allow: ['PARTITIONS_UNREADABLE'],
      verdict: ['at-risk', 'not-ready', 'unknown'],
      policy,
    };
    await stage.moment(`broker ${victim} is dead, and with it ${lost.length} groups`, expectation);
    await waitUntil('the cluster to have forgotten the broker', () => Date.now() - killedAt > 16_000);
    await stage.moment('16 s later', expectation);
    await stage.moment('the same for an audit without a history', { ...expectation, withoutMemory: true });
    await a.restart(victim);
    await stage.moment('the broker is back', { healthy: true, policy });
  },
};

/** The partition of `__consumer_offsets` of a group: Java's hash of its name. */
function coordinatorPartition(group: string): number {
  let hash = 0;
  for (const character of group) hash = (Math.imul(31, hash) + character.charCodeAt(0)) | 0;
  return (hash & 0x7fff_ffff) % COORDINATOR_PARTITIONS;
}
