import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import { RecordWriter } from '../../workload/record-writer.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const identity: LiveScenario = {
  name: 'identity',
  title: 'IdentityReplicationPolicy, once into a topic that already had records',
  stage: { mm2: { 'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ fresh: {}, merged: {} });
    await b.admin.createTopics({ merged: {} });
    await new RecordWriter(b.admin).write('merged', 40);
    for (const topic of ['fresh', 'merged']) {
      await writer.write(topic, 400);
      await a.admin.commitOffsets('g', topic, { 0: 150n });
      await a.admin.commitOffsets('head', topic, { 0: 400n });
      await a.admin.commitOffsets('begin', topic, { 0: 0n });
    }
    const mm2 = await stage.startMm2();
    for (const topic of ['fresh', 'merged']) {
      const mirroring = { source: a, target: b, topic, targetTopic: topic, mm2 };
      await waitUntilSettled(mirroring);
      await waitUntilGroupSynced(mirroring, 'head');
    }
    await stage.moment('settled', { allow: ['CHECKPOINT_NEVER_EMITTED'] });
    await mm2.stop();
    for (const topic of ['fresh', 'merged']) await writer.write(topic, 60);
    await stage.moment('MM2 is down, 60 records wait in each', { allow: ['CHECKPOINT_NEVER_EMITTED'] });
  },
};
