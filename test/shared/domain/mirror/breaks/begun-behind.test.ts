import { describe, expect, test } from '@jest/globals';
import {
  type BegunBehind,
  begunBehind,
  begunBy,
  type FoundBehind,
  withFound,
} from '../../../../../shared/domain/mirror/breaks/begun-behind.ts';
import type { PastCut } from '../../../../../shared/domain/mirror/breaks/cut.ts';
import { withoutOlderSyncs } from '../../../../../shared/domain/mirror/breaks/older-syncs.ts';
import { PartitionMapping } from '../../../../../shared/domain/mirror/mapping.ts';
import { type NewPoint, SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

type Point = readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>];

/** An audit noticed it between the syncs of time 1 and those of time 9. */
const CUT: PastCut = { side: 'source', topic: 't', partition: 0, at: 200n, reached: 300n, noticedAt: 5 };
const BELOW: readonly Point[] = [
  [0n, 0n, { timestamp: 1n }],
  [199n, 199n, { timestamp: 1n, compared: true }],
];
const STARTS = { source: 0n, target: 0n };

function historyOf(points: readonly Point[]): SyncHistory {
  return SyncHistory.of(
    points.map(([upstream, downstream, more]) => ({ timestamp: 9n, upstream, downstream, ...more })),
  );
}

function asked(points: readonly Point[], cut = CUT, starts = STARTS): BegunBehind | null {
  const history = historyOf(points);
  return begunBehind(
    new PartitionMapping({ history, target: { start: 0n, end: 1_000n }, sourceCuts: [cut] }),
    history.length,
    cut,
    starts,
  );
}

describe('what to compare behind a cut', () => {
  const late: readonly Point[] = [...BELOW, [309n, 309n, { hole: true }], [320n, 320n]];

  test('the syncs behind it, and records before the first of them, ever further apart and up to the cut', () => {
    const found = asked(late);
    expect(found).toMatchObject({ index: 2, cutAt: 200n, isBehindHole: true });
    expect(found?.syncs).toEqual([
      { upstream: 309n, downstream: 309n },
      { upstream: 320n, downstream: 320n },
    ]);
    expect(found?.before.map(({ upstream }) => upstream)).toEqual([308n, 307n, 305n, 301n, 293n, 277n, 245n, 200n]);
  });

  test('only what both logs still have', () => {
    const found = asked(late, CUT, { source: 300n, target: 306n });
    expect(found?.before).toEqual([
      { upstream: 308n, downstream: 308n },
      { upstream: 307n, downstream: 307n },
      { upstream: 306n, downstream: 306n },
    ]);
  });

  test('a sync from below the cut can be of either log: the one behind it is asked about', () => {
    const found = asked([...BELOW.slice(0, 1), [150n, 150n, { hole: true }], [250n, 250n]]);
    expect(found).toMatchObject({ index: 2, isBehindHole: false });
    expect(found?.before.at(-1)).toEqual({ upstream: 200n, downstream: 200n });
  });

  test.each<[string, readonly Point[]]>([
    ['the first sync is where the log was cut', [...BELOW, [200n, 300n, { hole: true }]]],
    ['the target has no room before it', [...BELOW, [309n, 200n, { hole: true }]]],
    ['an audit has settled it', [...BELOW, [309n, 309n, { hole: true, confirmed: true }]]],
    ['MM2 has written no sync since', BELOW],
  ])('nothing, if %s', (_, points) => {
    expect(asked(points)).toBeNull();
  });
});

describe('what that shows', () => {
  const BEHIND = asked([...BELOW, [309n, 309n, { hole: true }], [320n, 320n]]);
  const shown = (syncs: string, before: string, behind = BEHIND) => {
    if (behind === null) throw new Error('nothing is asked');
    const what = { s: 'same', d: 'different', u: 'unknown' } as const;
    const found = [...syncs.padEnd(behind.syncs.length, 'u'), ...before].map((one) => what[one as keyof typeof what]);
    const all = found.reduce<FoundBehind>((one, next, i) => withFound(one, i, next), {
      asked: behind,
      found: new Map(),
    });
    return { all, begun: begunBy(all) };
  };

  test('MM2 began at the first sync', () => {
    expect(shown('s', 'd').begun).toEqual({ kind: 'there' });
  });

  test('MM2 began earlier: at the furthest record without another one between', () => {
    expect(shown('s', 'sssdds').begun).toEqual({ kind: 'earlier', pair: { upstream: 305n, downstream: 305n } });
    expect(shown('s', 'ssssssss').begun).toEqual({ kind: 'earlier', pair: { upstream: 200n, downstream: 200n } });
  });

  test('syncs of before the cut follow it', () => {
    expect(shown('ds', '').begun).toEqual({ kind: 'later', syncs: 1 });
  });

  test('all of them are, if the record below the cut shows that records can be compared', () => {
    expect(shown('dd', 'dddddddds').begun).toEqual({ kind: 'later', syncs: 2 });
    expect(shown('du', 'dddddddds').begun).toBeNull();
  });

  test('that is open, if no record is known to have come unchanged', () => {
    expect(shown('dd', 'dddddddd').begun).toEqual({ kind: 'unsure' });
    expect(shown('dd', 'ddddddddu').begun).toEqual({ kind: 'unsure' });
  });

  test.each([
    ['no sync could be compared', 'uu', 'ss'],
    ['none has the same record, and the one below the cut was changed on the way', 'dd', 'ddddddddd'],
    ['it is not known of all before it', 'us', ''],
    ['nothing is known of the record before it', 's', 'u'],
  ])('nothing, if %s', (_, syncs, before) => {
    expect(shown(syncs, before).begun).toBeNull();
  });

  test('where another sync may be of before the cut, none counts as older', () => {
    const behind = asked([...BELOW.slice(0, 1), [150n, 150n, { hole: true }], [250n, 250n], [260n, 260n]]);
    expect(shown('ds', '', behind).begun).toBeNull();
  });

  test('older syncs go, and the log had reached what they name', () => {
    const history = historyOf([...BELOW, [309n, 309n, { hole: true }], [320n, 320n]]);
    const remaining = { history, cuts: [], known: 2, since: [] };
    const found = withoutOlderSyncs(remaining, shown('ds', '').all, [CUT]);
    expect([0, 1, 2].map((i) => found.history.upstream(i))).toEqual([0n, 199n, 320n]);
    expect(found.history.breaksBefore(2, 'hole')).toBe(true);
    expect(found.cuts).toEqual([{ side: 'source', at: 300n, reached: 310n, noticedAt: 5 }]);
    expect(withoutOlderSyncs(remaining, shown('s', 'd').all, [CUT])).toBe(remaining);
    expect(withoutOlderSyncs(remaining, undefined, [CUT])).toBe(remaining);
  });
});
