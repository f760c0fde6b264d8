import { expect, test } from '@jest/globals';
import { rankGroups } from '../../../shared/audit/rank-groups.ts';
import type { GroupReport } from '../../../shared/domain/model/report.ts';

function entry(group: string, partition: number, cost: { rereads: bigint; skips: bigint } | null): GroupReport {
  const mm2: GroupReport['mm2'] =
    cost === null
      ? { kind: 'none' }
      : {
          kind: 'at',
          position: 1n,
          from: 'checkpoint',
          cost: { kind: 'known', rereadAtMost: cost.rereads, skipAtMost: cost.skips },
        };
  const tidemark = { kind: 'unknown', reason: 'no offset sync' } as const;
  return { group, topic: 'orders', partition, committed: 1n, commitCheckedAt: 0, mm2, tidemark };
}

test('groups rank by all their skips, then re-reads, then unknown positions, then by name', () => {
  const groups = [
    entry('calm', 0, { rereads: 0n, skips: 0n }),
    entry('also-calm', 0, { rereads: 0n, skips: 0n }),
    entry('unknown', 0, null),
    entry('rereads', 0, { rereads: 50n, skips: 0n }),
    entry('rereads', 1, { rereads: 50n, skips: 0n }),
    entry('rereads-less', 0, { rereads: 99n, skips: 0n }),
    entry('skips', 0, { rereads: 0n, skips: 1n }),
  ];
  expect(rankGroups(groups)).toEqual([
    { name: 'skips', skips: true },
    { name: 'rereads', skips: false },
    { name: 'rereads-less', skips: false },
    { name: 'unknown', skips: false },
    { name: 'also-calm', skips: false },
    { name: 'calm', skips: false },
  ]);
});
