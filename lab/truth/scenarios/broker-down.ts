import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import { MM2_ON_THREE_BROKERS } from '../../mm2-properties.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const brokerDown: LiveScenario = {
  name: 'broker-down',
  title: 'one of three source brokers dies: the partitions that only it has are unknown, the rest stays right',
  stage: { source: { brokers: 3 }, mm2: MM2_ON_THREE_BROKERS },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({
      replicated: { partitions: 3, replicationFactor: 3 },
      single: { partitions: 3 },
    });
    for (const topic of ['replicated', 'single']) {
      for (const partition of [0, 1, 2]) await writer.write(topic, 300, { partition });
      await a.admin.commitOffsets('head', topic, { 0: 300n, 1: 300n, 2: 300n });
      await a.admin.commitOffsets('behind', topic, { 0: 100n, 1: 200n, 2: 299n });
    }
    const mm2 = await stage.startMm2();
    for (const topic of ['replicated', 'single']) {
      const mirroring = { source: a, target: b, topic, mm2 };
      await waitUntilSettled(mirroring);
      await waitUntilGroupSynced(mirroring, 'head');
    }
    // If its checkpoint task runs too late, MM2 has no position for groups that lag.
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('all brokers up', { allow });
    // Stop MM2: its reaction to a dead broker must not influence the audit.
    await mm2.stop();
    await a.kill(3);
    await a.waitUntilRegistered(2);
    await stage.moment('broker 3 is dead', {
      expect: ['PARTITIONS_UNREADABLE'],
      allow: [...allow, 'HEARTBEAT_STALE', 'MIRROR_STOPPED'],
      loss: 'unknown',
      also: ({ report }) => {
        const unknown = report.partitions.filter(({ lag }) => lag.kind === 'unknown');
        const ofSingle = unknown.filter(({ topic }) => topic === 'single').length;
        return ofSingle === 1 && unknown.length === 1
          ? []
          : [`${unknown.length} partitions unknown, ${ofSingle} of them in the unreplicated topic; expected one`];
      },
    });
    await a.restart(3);
    // MM2 may be down long enough for its heartbeat to be stale.
    await stage.moment('broker 3 is back', { allow: [...allow, 'HEARTBEAT_STALE', 'MIRROR_STOPPED'] });
  },
};
