import { proofOf } from '../../../shared/domain/model/report.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';

/** 50,000 apart: MM2's slots are farther apart than that, so one of the three is far from any slot. */
const BEHIND = [500_000n, 450_000n, 550_000n];

const PROVEN: ReadonlySet<string> = new Set(['exact', 'verified']);

export const millionRecords: LiveScenario = {
  name: 'million-records',
  title: 'groups 500,000 records behind the head of a partition of 1,000,000',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    await writer.write('t', 100);
    for (const at of BEHIND) await a.admin.commitOffsets(`at-${at}`, 't', { 0: 1n });
    await a.admin.commitOffsets('head', 't', { 0: 100n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    // MM2 remembers no sync from before its checkpoint task ran: write the million only now.
    await waitUntilGroupSynced(mirroring, 'head');
    await writer.write('t', 999_900);
    await a.admin.commitOffsets('head', 't', { 0: 1_000_000n });
    await waitUntilSettled(mirroring);
    // Move them only now: MM2 keeps the exact position of a group that was there while the records passed.
    for (const at of BEHIND) await a.admin.commitOffsets(`at-${at}`, 't', { 0: at });
    // MM2's slots decide which of them gets a better position than the log start.
    await waitUntil('MM2 to follow one of the groups', async () => {
      const committed = await Promise.all(BEHIND.map((at) => b.admin.groupOffsets(`at-${at}`)));
      return committed.flat().some(({ offset }) => offset > 100_000n);
    });
    await stage.moment('settled', {
      allow: ['GROUP_REREADS_MUCH'],
      also: ({ positions }) => {
        const wrong = positions
          .filter(({ group, tidemark }) => !PROVEN.has(proofOf(group.tidemark)) || tidemark?.rereads !== 0n)
          .map(({ group }) => `${group.group} is ${proofOf(group.tidemark)}, expected exact without re-reads`);
        const most = positions.reduce((worst, { mm2: left }) => {
          const rereads = left?.rereads ?? 0n;
          return rereads > worst ? rereads : worst;
        }, 0n);
        return most >= 10_000n ? wrong : [...wrong, `MM2 re-reads at most ${most}, expected 10,000 or more`];
      },
    });
  },
};
