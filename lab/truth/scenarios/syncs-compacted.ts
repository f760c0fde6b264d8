import { compactOffsetSyncs } from '../../compaction.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

export const syncsCompacted: LiveScenario = {
  name: 'syncs-compacted',
  title: 'the offset-syncs topic is compacted while groups lag, with transactions among the lost syncs',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    for (let i = 0; i < 6; i++) {
      await writer.writeTransaction('t', 40, i % 2 === 0 ? 'commit' : 'abort');
      await writer.write('t', 110);
    }
    for (const at of [0n, 10n, 41n, 150n, 320n, 600n, 905n]) {
      await a.admin.commitOffsets(`at-${at}`, 't', { 0: at });
    }
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'at-905');
    const expect = ['ABORTED_TRANSACTIONS_MIRRORED'] as const;
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('before', { expect, allow });
    await compactOffsetSyncs(a, 'B');
    // Without the lost syncs the gaps are unknown, unless an earlier audit has read them.
    const forgotten = [...allow, 'ABORTED_TRANSACTIONS_MIRRORED', 'TARGET_POSITION_SKIPS'] as const;
    await stage.moment('old syncs are deleted', { expect, allow });
    await stage.moment('the same for an audit that never read them', { allow: forgotten, withoutMemory: true });
    await writer.write('t', 250);
    await waitUntilSettled(mirroring);
    await stage.moment('MM2 continued', { expect, allow });
    await mm2.stop();
    await mm2.start();
    await writer.write('t', 30);
    await waitUntilSettled(mirroring);
    await stage.moment('MM2 was restarted and has only the syncs in the topic', { expect, allow });
    await stage.moment('the same for an audit without a history', { allow: forgotten, withoutMemory: true });
  },
};
