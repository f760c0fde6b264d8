import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import { RecordWriter } from '../../workload/record-writer.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const foreignWriter: LiveScenario = {
  name: 'foreign-writer',
  title: 'an application writes to the target topic, and hides the lag of a stopped MM2',
  async play(stage) {
    const { a, b, writer } = stage;
    const foreign = new RecordWriter(b.admin);
    await a.admin.createTopics({ t: {} });
    await writer.write('t', 300);
    await a.admin.commitOffsets('g', 't', { 0: 120n });
    await a.admin.commitOffsets('head', 't', { 0: 300n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'head');
    await foreign.write('A.t', 70);
    const expect = ['FOREIGN_WRITES'] as const;
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('70 foreign records at the end', { expect, allow });
    await writer.write('t', 150);
    await a.admin.commitOffsets('behind', 't', { 0: 310n });
    await waitUntilSettled(mirroring);
    await stage.moment('MM2 continued after them', { expect, allow });
    await mm2.stop();
    await foreign.write('A.t', 30);
    await writer.write('t', 60);
    await stage.moment('MM2 is down, 60 records wait, 30 foreign ones arrived', { expect, allow });
  },
};
