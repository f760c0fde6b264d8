import { describe, expect, test } from '@jest/globals';
import type { Cut } from '../../../../../shared/domain/mirror/breaks/cut.ts';
import type { LogsNow } from '../../../../../shared/domain/mirror/breaks/logs-now.ts';
import { withoutCut } from '../../../../../shared/domain/mirror/breaks/without-cut.ts';
import { SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

type Pair = readonly [upstream: bigint, downstream: bigint];

const SEEN_BEFORE: LogsNow = {
  sourceStart: null,
  sourceEnd: null,
  targetEnd: null,
  sourceEndBefore: null,
  targetEndBefore: null,
  sourceEpoch: null,
  sourceEpochBefore: null,
  sourceCuts: [],
  sourceEpochEnd: null,
  targetEpochEnd: null,
  sameSourceSince: 1_000,
  sameTargetSince: 1_000,
  known: 0,
  knownWithSource: 0,
  knewAll: true,
  targetEndConfirmed: true,
};

function cut(pairs: readonly Pair[], logs: Partial<LogsNow>) {
  const points = pairs.map(([upstream, downstream]) => ({ timestamp: 5_000n, upstream, downstream }));
  return withoutCut(SyncHistory.of(points), { ...SEEN_BEFORE, ...logs });
}

/** The syncs that hold, `|` at a hole, `new` where the target log is another one. */
function told({ history }: { readonly history: SyncHistory }): string {
  const points = Array.from({ length: history.length }, (_, i) => {
    const { upstream, downstream, hole } = history.at(i);
    return `${hole ? '|' : ''}${history.breaksBefore(i, 'newTarget') ? 'new ' : ''}${upstream}→${downstream}`;
  });
  return [...points, ...(history.breaksBeforeNext('hole') ? ['|'] : [])].join(' ');
}

const STEADY: readonly Pair[] = [
  [0n, 0n],
  [100n, 90n],
  [200n, 180n],
];
const TARGET = { targetEnd: 900n, targetEndBefore: 200n, known: 3 } as const;

describe('a target log whose leader epochs show a cut', () => {
  test.each<[string, readonly Pair[], Partial<LogsNow>, string, Omit<Cut, 'side'>]>([
    [
      'and MM2 has written no sync since',
      STEADY,
      { ...TARGET, targetEpochEnd: 120n },
      '0→0 100→90 |',
      { at: 120n, reached: 200n },
    ],
    ['before two known syncs', STEADY, { ...TARGET, targetEpochEnd: 50n }, '0→0 |', { at: 50n, reached: 200n }],
    [
      'and syncs that an earlier cut of it has made void: that one lies further down',
      [
        [0n, 0n],
        [100n, 100n],
        [110n, 90n],
        [200n, 180n],
      ],
      { ...TARGET, known: 4, targetEpochEnd: 120n },
      '0→0 89→89 |110→90 |',
      { at: 90n, reached: 200n },
    ],
    [
      'further down than the syncs: those between the two places came after the last audit and are void too',
      [...STEADY, [300n, 150n]],
      { ...TARGET, targetEndBefore: 80n, known: 1, targetEpochEnd: 60n },
      '0→0 |300→150',
      { at: 60n, reached: 181n },
    ],
    [
      'further down, at the very record of a sync',
      [[0n, 0n], [60n, 60n], ...STEADY.slice(1), [300n, 150n]],
      { ...TARGET, targetEndBefore: 59n, known: 1, targetEpochEnd: 60n },
      '0→0 59→59 |300→150',
      { at: 60n, reached: 181n },
    ],
    [
      'further down, and the epoch went on after the last audit',
      [...STEADY, [300n, 150n]],
      { ...TARGET, targetEndBefore: 50n, known: 1, targetEpochEnd: 60n },
      '0→0 |300→150',
      { at: 60n, reached: 181n },
    ],
    [
      'further down than all syncs: the one that MM2 has written since holds',
      [
        [0n, 180n],
        [10n, 150n],
      ],
      { ...TARGET, targetEndBefore: 120n, known: 0, targetEpochEnd: 100n },
      '|10→150',
      { at: 100n, reached: 181n },
    ],
  ])('%s', (_, pairs, logs, syncs, place) => {
    const found = cut(pairs, logs);
    expect(told(found)).toBe(syncs);
    expect(found.cuts).toEqual([{ side: 'target', ...place }]);
  });

  test('not as deep as the syncs: those tell the place', () => {
    const logs = { ...TARGET, targetEndBefore: 170n, known: 1, targetEpochEnd: 160n };
    expect(cut([...STEADY, [300n, 150n]], logs).cuts).toEqual([{ side: 'target', at: 150n, reached: 181n }]);
  });

  test('of which the last audit saw more than any sync names, but syncs alone tell of the cut', () => {
    const logs = { ...TARGET, targetEndBefore: 400n, targetEpochEnd: null };
    expect(cut([...STEADY, [300n, 150n]], logs).cuts).toEqual([{ side: 'target', at: 150n, reached: 181n }]);
  });
});

describe('a cut of the target log to its present end', () => {
  const IN_STEP: readonly Pair[] = [
    [0n, 0n],
    [100n, 100n],
  ];
  test.each<[string, boolean, bigint, string]>([
    ['nothing has been written since: the mapping holds up to it', true, 50n, '0→0 49→49 |'],
    ['what was written since may have moved it: nothing behind the last sync is sure', false, 50n, '0→0 |'],
  ])('%s', (_, targetEndConfirmed, targetEnd, syncs) => {
    expect(told(cut(IN_STEP, { targetEnd, targetEndConfirmed }))).toBe(syncs);
  });

  test('a sync that names the place is enough', () => {
    const logs = { targetEnd: 400n, targetEndConfirmed: false };
    expect(told(cut([...IN_STEP, [120n, 50n]], logs))).toBe('0→0 49→49 |120→50');
  });
});

describe('a cut of the source log leaves out the sync that showed another target log', () => {
  const SOURCE = { sourceEnd: 150n } as const;
  test.each<[string, bigint, string]>([
    ['it began again', 40n, '0→0 100→90 |new 130→95'],
    ['it began again at the very offset', 90n, '0→0 100→90 |new 130→95'],
    ['it went on: the same log', 91n, '0→0 100→90 |130→95'],
  ])('%s', (_, downstream, syncs) => {
    expect(told(cut([...STEADY.slice(0, 2), [200n, downstream], [130n, 95n]], SOURCE))).toBe(syncs);
  });

  test('also where the sync that showed it stays: the log may be the same one, cut', () => {
    const pairs: readonly Pair[] = [...STEADY.slice(0, 2), [120n, 40n], [200n, 95n], [130n, 100n]];
    expect(told(cut(pairs, SOURCE))).toBe('0→0 100→90 |new 120→40 |130→100');
  });

  test('and an audit saw that it is another one: then it was not cut', () => {
    const pairs: readonly Pair[] = [...STEADY.slice(0, 2), [120n, 40n], [200n, 95n], [130n, 100n]];
    const points = pairs.map(([upstream, downstream]) => ({ timestamp: 5_000n, upstream, downstream }));
    const history = SyncHistory.of(points);
    history.breakAt(2, 'newTarget');
    expect(told(withoutCut(history, { ...SEEN_BEFORE, ...SOURCE }))).toBe('0→0 100→90 new 120→40 |130→100');
  });
});

describe('a cut of the source log under leader epochs', () => {
  const REGROWN = { sourceEnd: 900n, sourceEndBefore: 250n, known: 3, knownWithSource: 3 } as const;

  test('takes the record of a sync at the very place', () => {
    const found = cut(STEADY, { ...REGROWN, sourceEpochEnd: 100n });
    expect(told(found)).toBe('0→0 |');
    expect(found.cuts).toEqual([{ side: 'source', at: 100n, reached: 250n, mayReach: 900n, acknowledged: 191n }]);
  });

  test('may have copies of more records than it took, where MM2 wrote some of them twice', () => {
    const twice: readonly Pair[] = [...STEADY, [150n, 200n], [240n, 300n]];
    const found = cut(twice, { ...REGROWN, known: 5, knownWithSource: 5, sourceEpochEnd: 140n });
    expect(found.cuts).toEqual([
      { side: 'source', at: 140n, reached: 250n, mayReach: 900n, acknowledged: 241n, copies: 140n },
    ]);
  });

  test('acknowledges nothing for certain where MM2 may have begun again after it: its copies lie before that', () => {
    const again: readonly Pair[] = [...STEADY, [10n, 200n], [150n, 300n]];
    const points = again.map(([upstream, downstream]) => ({ timestamp: 5_000n, upstream, downstream }));
    const logs = { ...SEEN_BEFORE, ...REGROWN, sourceEpochEnd: 140n };
    // Comparing showed that MM2 wrote the last sync after the cut.
    const found = withoutCut(SyncHistory.of(points), logs, { same: 0, different: null, later: [] });
    expect(told(found)).toBe('0→0 100→90 |10→200 |150→300');
    expect(found.cuts).toEqual([{ side: 'source', at: 140n, reached: 250n, mayReach: 900n, acknowledged: 140n }]);
  });
});
