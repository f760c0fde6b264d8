import { describe, expect, test } from '@jest/globals';
import { cutOffRange } from '../../../../shared/domain/judge/cut-off-range.ts';
import type { PastCut } from '../../../../shared/domain/mirror/breaks.ts';
import { AT, type PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

const CUT: PastCut = { side: 'source', topic: 'orders', partition: 0, at: 300n, reached: 500n, noticedAt: AT };

function range(partition: PartitionCase, cuts: readonly PastCut[] = []) {
  const { observation, states } = flowCase({ partition });
  const [state] = states;
  if (state === undefined) throw new Error('one partition');
  // Only the cuts count.
  const remembered = { cuts } as unknown as NonNullable<typeof observation.remembered>;
  return cutOffRange({ remembered }, state);
}

/** MM2 has mirrored all 300 records that are left; 200 more are on the target. */
const SHORT: PartitionCase = {
  syncs: [
    [0n, 0n],
    [299n, 299n],
  ],
  source: [0n, 300n],
  target: [0n, 500n],
};

describe('which records the source lost with the end of its log', () => {
  test('none, where no cut is known of', () => expect(range(SHORT)).toBeNull());

  test('those of the last cut, as far as the target has records of unknown origin', () => {
    expect(range(SHORT, [CUT])).toEqual({ least: 300n, most: 699n });
  });

  test('only those that no new record has replaced', () => {
    const grown = { ...SHORT, syncs: [...(SHORT.syncs ?? []), [399n, 599n] as const], target: [0n, 600n] as const };
    expect(range({ ...grown, source: [0n, 400n] }, [CUT])).toEqual({ least: 400n, most: 499n });
    expect(range({ ...grown, source: [0n, 500n] }, [CUT])).toBeNull();
  });

  test('cuts of others do not count', () => {
    const others = [
      { ...CUT, side: 'target' as const },
      { ...CUT, topic: 'other' },
      { ...CUT, partition: 1 },
    ];
    expect(range(SHORT, others)).toBeNull();
  });

  test('without a history the syncs beyond the end tell', () => {
    const syncs = [...(SHORT.syncs ?? []), [449n, 449n] as const];
    expect(range({ ...SHORT, syncs })).toEqual({ least: 300n, most: 499n });
  });

  test('an earlier audit without a history noticed that: it may have been a cut', () => {
    const syncs = [
      [0n, 0n],
      [449n, 449n],
      [199n, 649n, { newSource: true, hole: true }],
    ] as const;
    const log: PartitionCase = { source: [0n, 400n], target: [0n, 650n] };
    expect(range({ ...log, syncs })).toEqual({ least: 400n, most: 449n });
    // The topic id showed that it is another topic.
    const [first, second] = syncs;
    expect(range({ ...log, syncs: [first, second, [199n, 649n, { newSource: true }]] })).toBeNull();
  });

  test('nothing can be told of a log that was not read', () => {
    expect(range({ ...SHORT, source: 'unread' }, [CUT])).toBeNull();
    expect(range({ ...SHORT, target: 'unread' }, [CUT])).toBeNull();
  });
});
