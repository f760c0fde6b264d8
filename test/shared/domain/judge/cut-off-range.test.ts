import { describe, expect, test } from '@jest/globals';
import { cutOffRange } from '../../../../shared/domain/judge/cut-off-range.ts';
import type { RememberedFlow } from '../../../../shared/domain/judge/observation.ts';
import type { PartitionState } from '../../../../shared/domain/judge/partition-state.ts';
import type { PastCut } from '../../../../shared/domain/mirror/breaks/cut.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
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

/** The same of `SHORT` where more is known of its state. */
function known(over: Partial<PartitionState>, cuts: readonly PastCut[] = []) {
  const { states } = flowCase({ partition: SHORT });
  const [state] = states;
  if (state === undefined) throw new Error('one partition');
  return cutOffRange({ remembered: { cuts } as unknown as RememberedFlow }, { ...state, ...over });
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

  test('a hole in front of a target log that was replaced is no cut of the source', () => {
    const syncs = [
      [0n, 0n],
      [449n, 449n],
      [50n, 100n, { newTarget: true, hole: true }],
    ] as const;
    expect(range({ source: [0n, 400n], target: [0n, 101n], syncs })).toBeNull();
  });

  test('without a cut records of unknown origin on the target tell nothing', () => {
    const syncs = [[0n, 0n] as const, [50n, 50n] as const];
    expect(range({ syncs, source: [0n, 100n], target: [0n, 500n] })).toBeNull();
  });

  test('the cut that reached furthest counts, not the last one', () => {
    expect(range(SHORT, [CUT, { ...CUT, reached: 400n }])).toEqual({ least: 300n, most: 699n });
  });

  test('the cut that this audit found counts, and not one of the target', () => {
    expect(known({ cuts: [{ side: 'source', at: 300n, reached: 500n }] })).toEqual({ least: 300n, most: 699n });
    expect(known({ cuts: [{ side: 'target', at: 300n, reached: 500n }] })).toBeNull();
  });

  test('from the lowest cut on, while MM2 has written no sync since', () => {
    const history = SyncHistory.of([{ timestamp: 1n, upstream: 299n, downstream: 299n }]);
    history.breakBeforeNext('hole');
    const source = { start: 0n, highWatermark: 400n, lastStableOffset: 400n };
    expect(known({ history, source }, [CUT])).toEqual({ least: 300n, most: 699n });
    expect(known({ history, source }, [CUT, { ...CUT, at: 350n }])).toEqual({ least: 300n, most: 699n });
    expect(known({ history, source }, [{ ...CUT, at: 410n }])).toEqual({ least: 400n, most: 699n });
  });

  test('one offset can be all that is left', () => {
    const target = { start: 0n, highWatermark: 300n, lastStableOffset: 300n };
    const source = (end: bigint) => ({ start: 0n, highWatermark: end, lastStableOffset: end });
    expect(known({ target, source: source(499n) }, [CUT])).toEqual({ least: 499n, most: 499n });
    expect(known({ target, source: source(500n) }, [CUT])).toBeNull();
  });

  test('a target that ends before the newest sync does not make them fewer', () => {
    const target = { start: 0n, highWatermark: 200n, lastStableOffset: 200n };
    expect(known({ target }, [CUT])).toEqual({ least: 300n, most: 499n });
  });

  test('without a sync that holds, all of the target may be theirs', () => {
    expect(known({ history: new SyncHistory(), mapping: null }, [CUT])).toEqual({ least: 300n, most: 999n });
    expect(range({ ...SHORT, syncs: [] }, [CUT])).toBeNull();
  });

  test('nothing can be told of a log that was not read', () => {
    expect(range({ ...SHORT, source: 'unread' }, [CUT])).toBeNull();
    expect(range({ ...SHORT, target: 'unread' }, [CUT])).toBeNull();
  });
});
