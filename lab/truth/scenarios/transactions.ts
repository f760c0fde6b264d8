import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';
import type { LiveStage } from '../live-stage.ts';

export const transactions: LiveScenario = {
  name: 'transactions',
  title: 'transactions with aborts, and one that stays open: MM2 mirrors all records',
  async play(stage) {
    const { a, b, writer } = stage;
    await fill(stage);
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'end');
    const expect = ['ABORTED_TRANSACTIONS_MIRRORED'] as const;
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('settled', { expect, allow });
    const open = writer.openTransaction();
    await open.write('t', 30);
    await waitUntilMirrored(mirroring);
    await stage.moment('an open transaction', { expect, allow });
    await mm2.stop();
    await open.end('abort');
    await writer.writeTransaction('t', 40, 'commit');
    await stage.moment('MM2 is down, 40 records and two markers wait', { expect, allow, loss: 'at-least' });
  },
};

export const transactionsReadCommitted: LiveScenario = {
  name: 'transactions-read-committed',
  title: 'the same with read_committed: aborted records stay on the source',
  stage: { mm2: { 'A.consumer.isolation.level': 'read_committed' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await fill(stage);
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2, isolation: 'read_committed' } as const;
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'end');
    const allow = ['CHECKPOINT_NEVER_EMITTED'] as const;
    await stage.moment('settled', { allow });
    const open = writer.openTransaction();
    await open.write('t', 30);
    await writer.write('t', 20);
    await stage.moment('an open transaction holds 20 records back', { allow, loss: 'at-least' });
    await open.end('commit');
    await waitUntilSettled(mirroring);
    await stage.moment('committed', { allow });
  },
};

/** Twelve transactions, every third one aborted, with plain records in between; groups at their edges and inside. */
async function fill({ a, writer }: LiveStage): Promise<void> {
  await a.admin.createTopics({ t: {} });
  let end = 0n;
  for (let i = 0; i < 12; i++) {
    await writer.writeTransaction('t', 20 + i, i % 3 === 2 ? 'abort' : 'commit');
    if (i % 4 === 3) end = (await writer.write('t', 50)).lastOffset + 1n;
  }
  await a.admin.commitOffsets('end', 't', { 0: end });
  for (const at of [0n, 1n, 20n, 21n, 45n, 66n, 90n, 150n, 222n, end - 60n]) {
    await a.admin.commitOffsets(`at-${at}`, 't', { 0: at });
  }
}
