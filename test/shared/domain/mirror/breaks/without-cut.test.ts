import { describe, expect, test } from '@jest/globals';
import type { LogsNow } from '../../../../../shared/domain/mirror/breaks/logs-now.ts';
import { withoutCut } from '../../../../../shared/domain/mirror/breaks/without-cut.ts';
import { type NewPoint, SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

type Point = readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>];

const NOTHING: LogsNow = {
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
  sameSourceSince: null,
  sameTargetSince: null,
  known: 0,
  knownWithSource: 0,
  knewAll: true,
  targetEndConfirmed: true,
};

function cut(points: readonly Point[], logs: Partial<LogsNow>) {
  const history = SyncHistory.of(
    points.map(([upstream, downstream, more]) => ({ timestamp: 5_000n, upstream, downstream, ...more })),
  );
  const found = withoutCut(history, { ...NOTHING, ...logs });
  return { ...found, before: history };
}

/** The syncs that hold, `|` where a hole is in front of one or behind the last. */
function told({ history }: { readonly history: SyncHistory }): string {
  const points = Array.from({ length: history.length }, (_, i) => {
    const { upstream, downstream, hole } = history.at(i);
    return `${hole ? '|' : ''}${upstream}→${downstream}`;
  });
  return [...points, ...(history.breaksBeforeNext('hole') ? ['|'] : [])].join(' ');
}

const STEADY: readonly Point[] = [
  [0n, 0n],
  [100n, 90n],
  [200n, 180n],
];
const SOURCE = { sameSourceSince: 1_000, sameTargetSince: 1_000 } as const;
const TARGET = { sameTargetSince: 1_000 } as const;

describe('a source log that lost its end', () => {
  test('makes the syncs at and behind it void', () => {
    const found = cut(STEADY, { ...SOURCE, sourceEnd: 150n });
    expect(told(found)).toBe('0→0 100→90 |');
    // Ten of the offsets have no record on the target, perhaps those behind the cut.
    expect(found.cuts).toEqual([{ side: 'source', at: 150n, reached: 201n, acknowledged: 191n }]);
    expect(told({ history: found.before })).toBe('0→0 100→90 200→180');
  });

  test.each<[bigint, string, bigint | null]>([
    [201n, '0→0 100→90 200→180', null],
    [200n, '0→0 100→90 |', 201n],
    [101n, '0→0 100→90 |', 201n],
    [100n, '0→0 |', 201n],
    [0n, '|', 201n],
  ])('to %s: %s', (sourceEnd, syncs, reached) => {
    const found = cut(STEADY, { ...SOURCE, sourceEnd });
    expect(told(found)).toBe(syncs);
    expect(found.cuts.map((one) => one.reached)).toEqual(reached === null ? [] : [reached]);
  });

  test('was not shown by a sync that may have waited while the topic was replaced', () => {
    const late: readonly Point[] = [...STEADY.slice(0, 2), [200n, 180n, { newSource: true }]];
    const logs = { ...SOURCE, sourceEnd: 0n, sourceEndBefore: 0n, known: 2 };
    expect(cut(late, logs).cuts).toEqual([]);
    // MM2 has none of the old log left after that.
    expect(cut([...late, [205n, 185n]], logs).cuts).not.toEqual([]);
  });

  test.each<[string, Partial<LogsNow>, boolean]>([
    ['whose record was on the target before the log had reached that far', { targetEndBefore: 181n }, false],
    ['whose record came after the last audit', { targetEndBefore: 180n }, true],
    ['whose record is on another target log', { targetEndBefore: 181n, sameTargetSince: null }, true],
    ['of a log that had reached that far', { targetEndBefore: 181n, sourceEndBefore: 201n }, true],
    ['that an audit had read', { targetEndBefore: 181n, sourceEndBefore: 201n, known: 3 }, true],
  ])('a sync shows it or not: one %s', (_, more, isShown) => {
    const logs = { ...SOURCE, sourceEnd: 150n, sourceEndBefore: 120n, known: 2, ...more };
    expect(cut(STEADY, logs).cuts.some(({ side }) => side === 'source')).toBe(isShown);
  });

  test('below both of two syncs leaves a hole', () => {
    expect(told(cut(STEADY.slice(0, 2), { ...SOURCE, sourceEnd: 0n }))).toBe('|');
  });

  test('leaves what MM2 wrote since, with a hole in front of it', () => {
    const found = cut([...STEADY, [120n, 181n]], { ...SOURCE, sourceEnd: 150n });
    expect(told(found)).toBe('0→0 100→90 |120→181');
    expect(found.cuts).toEqual([{ side: 'source', at: 150n, reached: 201n, acknowledged: 191n }]);
  });

  test('counts what MM2 wrote again beyond the cut, and acknowledges nothing for another target log', () => {
    const twice: readonly Point[] = [...STEADY, [150n, 181n], [200n, 240n]];
    expect(cut(twice, { ...SOURCE, sourceEnd: 150n }).cuts).toEqual([
      { side: 'source', at: 150n, reached: 201n, copies: 61n },
    ]);
    expect(cut(STEADY, { ...SOURCE, sameTargetSince: null, sourceEnd: 150n }).cuts).toMatchObject([
      { acknowledged: 150n },
    ]);
    const renewed: readonly Point[] = [...STEADY, [0n, 0n], [160n, 150n]];
    expect(cut(renewed, { ...SOURCE, sourceEnd: 150n }).cuts).toMatchObject([{ reached: 201n, acknowledged: 151n }]);
    const seen: readonly Point[] = [...STEADY, [160n, 190n, { newTarget: true }]];
    expect(cut(seen, { ...SOURCE, sourceEnd: 150n }).cuts).toMatchObject([{ reached: 201n, acknowledged: 151n }]);
  });

  test('leaves the syncs of an earlier topic as they are', () => {
    const found = cut(
      [
        [500n, 0n],
        [10n, 1n, { newSource: true }],
        [200n, 180n],
      ],
      { ...SOURCE, sourceEnd: 150n },
    );
    expect(told(found)).toBe('500→0 10→1 |');
    expect(found.cuts).toEqual([{ side: 'source', at: 150n, reached: 201n, acknowledged: 190n }]);
  });

  test.each<[string, readonly Point[], object]>([
    ['one that is the first of all', [[200n, 180n]], { reached: 201n, acknowledged: 181n }],
    [
      'records that the first one beyond the cut has too many before it may be of an earlier cut',
      [
        [0n, 0n],
        [200n, 400n],
      ],
      { reached: 201n, copies: 251n },
    ],
    [
      'those before the target log stood still acknowledge nothing for this one',
      [
        [0n, 0n],
        [200n, 180n],
        [160n, 180n],
      ],
      { reached: 201n, acknowledged: 151n },
    ],
  ])('counts by the syncs beyond the cut: %s', (_, points, counted) => {
    expect(cut(points, { ...SOURCE, sourceEnd: 150n }).cuts).toEqual([{ side: 'source', at: 150n, ...counted }]);
  });

  test('is none where nobody knows that the topic is the same, or where it ends', () => {
    expect(cut(STEADY, { sourceEnd: 150n }).history.length).toBe(3);
    expect(cut(STEADY, { sourceEnd: 150n }).cuts).toEqual([]);
    expect(cut(STEADY, SOURCE).cuts).toEqual([]);
    const untouched = cut(STEADY, { ...SOURCE, ...TARGET, sourceEnd: 201n, targetEnd: 181n });
    expect(untouched.history).toBe(untouched.before);
  });
});

describe('a target log that lost its end', () => {
  test.each([
    [91n, '0→0 100→90 |'],
    [90n, '0→0 |'],
    [50n, '0→0 |'],
    [0n, '|'],
  ])('at %s, below any number of syncs that earlier audits had read, and without leader epochs', (targetEnd, left) => {
    const found = cut(STEADY, { ...TARGET, known: 3, targetEndBefore: 181n, targetEnd, targetEndConfirmed: false });
    expect(told(found)).toBe(left);
    expect(found.cuts).toMatchObject([{ side: 'target', at: targetEnd, reached: 181n }]);
  });

  test.each<[bigint, string, bigint | null]>([
    [181n, '0→0 100→90 200→180', null],
    [180n, '0→0 100→90 |', 180n],
    [91n, '0→0 100→90 |', 91n],
    [90n, '0→0 |', 90n],
    [0n, '|', 0n],
  ])('to %s: %s', (targetEnd, syncs, at) => {
    const found = cut(STEADY, { ...TARGET, targetEnd });
    expect(told(found)).toBe(syncs);
    expect(found.cuts).toEqual(at === null ? [] : [{ side: 'target', at, reached: 181n }]);
  });

  test('was not shown by a sync that may have waited while the topic was replaced', () => {
    const late: readonly Point[] = [...STEADY.slice(0, 2), [200n, 180n, { newTarget: true }]];
    expect(cut(late, { ...TARGET, targetEnd: 0n, targetEndBefore: 0n, known: 2 }).cuts).toEqual([]);
  });

  test('and has grown again: what stands there now counts', () => {
    const found = cut([...STEADY, [210n, 120n], [300n, 210n]], { ...TARGET, targetEnd: 400n });
    expect(told(found)).toBe('0→0 100→90 |210→120 300→210');
    expect(found.cuts).toEqual([{ side: 'target', at: 120n, reached: 181n }]);
  });

  test('and has not grown back to where it was', () => {
    const found = cut([...STEADY, [210n, 120n]], { ...TARGET, targetEnd: 121n });
    expect(found.cuts).toEqual([{ side: 'target', at: 120n, reached: 181n }]);
  });

  test('at the very record that was written again', () => {
    const found = cut([...STEADY, [210n, 180n]], { ...TARGET, targetEnd: 400n });
    expect(told(found)).toBe('0→0 100→90 |210→180');
    expect(found.cuts).toEqual([{ side: 'target', at: 180n, reached: 181n }]);
  });

  test('before an earlier audit knew its id: it may have been another log', () => {
    const again: readonly Point[] = [...STEADY, [210n, 120n, { timestamp: 7_000n }]];
    const now = { sameTargetSince: 7_000, targetEndBefore: 181n, targetEnd: 400n };
    expect(cut(again, { ...now, known: again.length }).cuts).toEqual([]);
    expect(cut(again, { ...now, known: STEADY.length }).cuts).toHaveLength(1);
    expect(cut(again, { ...now, known: STEADY.length, knewAll: false }).cuts).toEqual([]);
    // Also if a sync has come since that goes on behind the one that the audit knew.
    expect(cut([...again, [300n, 210n]], { ...now, known: again.length }).cuts).toEqual([]);
  });

  test.each<[string, Partial<LogsNow>, number]>([
    ['it had reached the syncs: it was cut', { targetEndBefore: 181n, known: 3 }, 1],
    ['it had not: they may be about an earlier log', { targetEndBefore: 180n, known: 3 }, 0],
    ['nobody read its end', { known: 3 }, 0],
    ['it had not, and the syncs came since', { targetEndBefore: 180n, known: 2 }, 1],
    [
      'it had not, and who read the syncs now may have missed them before',
      { targetEndBefore: 180n, known: 0, knewAll: false },
      0,
    ],
    ['the syncs were not read then, but it had reached them', { targetEndBefore: 181n, known: 0, knewAll: false }, 1],
  ])('where the last audit saw the same id: %s', (_, logs, cuts) => {
    expect(cut(STEADY, { ...TARGET, ...logs, targetEnd: 150n }).cuts).toHaveLength(cuts);
    const { targetEndBefore: end = null, ...more } = logs;
    const sourceEndBefore = end === null ? null : end + 20n;
    expect(cut(STEADY, { ...SOURCE, ...more, sourceEndBefore, sourceEnd: 150n }).cuts).toHaveLength(cuts);
  });

  test('leaves the syncs of an earlier topic as they are', () => {
    const found = cut(
      [
        [0n, 500n],
        [10n, 1n, { newTarget: true }],
        [200n, 180n],
      ],
      { ...TARGET, targetEnd: 150n },
    );
    expect(told(found)).toBe('0→500 10→1 |');
    expect(found.cuts).toEqual([{ side: 'target', at: 150n, reached: 181n }]);
  });

  test('of which no sync speaks yet is none', () => {
    const pending = SyncHistory.of([{ timestamp: 0n, upstream: 0n, downstream: 500n }]);
    pending.breakBeforeNext('newTarget');
    expect(withoutCut(pending, { ...NOTHING, ...TARGET, targetEnd: 10n })).toEqual({
      history: pending,
      cuts: [],
      known: 0,
      since: [],
    });
  });

  test('is none where nobody knows that the topic is the same, or where it ends', () => {
    expect(cut(STEADY, { targetEnd: 150n }).cuts).toEqual([]);
    expect(cut(STEADY, TARGET).cuts).toEqual([]);
  });
});

describe('a source log that was cut and regrew before this audit', () => {
  const REGROWN = { ...SOURCE, sourceEnd: 900n, sourceEndBefore: 250n, known: 3, knownWithSource: 3 } as const;

  test('is told by the leader epoch that the last audit saw: its records end before the end of then', () => {
    const found = cut(STEADY, { ...REGROWN, sourceEpochEnd: 150n });
    expect(told(found)).toBe('0→0 100→90 |');
    expect(found).toMatchObject({ cuts: [{ side: 'source', at: 150n, reached: 250n }], known: 2, since: [] });
  });

  test('behind all syncs: the next sync does not continue the last one', () => {
    const found = cut(STEADY, { ...REGROWN, sourceEpochEnd: 230n });
    expect(told(found)).toBe('0→0 100→90 200→180 |');
    // MM2 has acknowledged none of what the cut took.
    expect(found.cuts).toEqual([{ side: 'source', at: 230n, reached: 250n, mayReach: 900n, acknowledged: 230n }]);
  });

  test('of which retention has passed the place: it was cut where the log begins now, or anywhere before', () => {
    const found = cut(STEADY, { ...REGROWN, sourceStart: 150n, sourceEpochEnd: 150n });
    expect(told(found)).toBe('|');
    // Of the 90 copies up to the last sync, 49 can be of what lies before that place.
    expect(found.cuts).toMatchObject([{ side: 'source', at: 0n, atMost: 150n, reached: 250n, acknowledged: 41n }]);
    const before = cut(STEADY, { ...REGROWN, sourceStart: 149n, sourceEpochEnd: 150n });
    expect(before.cuts[0]).toMatchObject({ at: 150n });
    expect(before.cuts[0]).not.toHaveProperty('atMost');
  });

  test('keeps the syncs about what is gone, with the leader epoch of then', () => {
    const syncs = [{ upstream: 200n, downstream: 180n }];
    const tailOf = (points: readonly Point[], logs: Partial<LogsNow>) =>
      cut(points, { ...REGROWN, sourceEpochEnd: 150n, sourceEpochBefore: 4, ...logs }).cuts[0]?.tail;
    expect(tailOf(STEADY, {})).toEqual({ epoch: 4, syncs });
    expect(tailOf(STEADY, { sourceEpochBefore: null })).toBeUndefined();
    // The target is another log.
    expect(tailOf(STEADY, { sameTargetSince: null })).toEqual({ epoch: 4, syncs: [] });
    expect(tailOf([...STEADY.slice(0, 2), [200n, 180n], [260n, 20n]], { known: 4, knownWithSource: 4 })).toEqual({
      ...{ epoch: 4, syncs: [{ upstream: 260n, downstream: 20n }] },
    });
    // MM2 may have written them after the cut.
    expect(tailOf(STEADY, { knownWithSource: 2 })).toEqual({ epoch: 4, syncs: [] });
    // It wrote some of them twice.
    const twice: readonly Point[] = [...STEADY, [160n, 190n]];
    expect(tailOf(twice, { known: 4, knownWithSource: 4 })).toEqual({ epoch: 4, syncs: [] });
    expect(tailOf([...STEADY.slice(0, 2)], { known: 2, knownWithSource: 2 })).toEqual({ epoch: 4, syncs: [] });
  });

  test.each<[string, bigint | null]>([
    ['the epoch ends where the log ended: another leader was elected', 250n],
    ['the epoch went on after the last audit', 600n],
    ['nothing is known of it', null],
  ])('is none if %s', (_, sourceEpochEnd) => {
    const found = cut(STEADY, { ...REGROWN, sourceEpochEnd });
    expect([found.cuts, found.history]).toEqual([[], found.before]);
  });

  test.each<[bigint | null, bigint, bigint]>([
    [250n, 150n, 150n],
    // The epoch went on after the last audit, and ended before a sync that came since.
    [160n, 170n, 170n],
    [160n, 180n, 180n],
    [160n, 190n, 180n],
    // Nobody read where the log ended: only the sync shows the cut.
    [null, 150n, 180n],
  ])(
    'whose end is short again: of an end at %s and an epoch that ended at %s',
    (sourceEndBefore, sourceEpochEnd, at) => {
      const logs = { ...REGROWN, sourceEnd: 180n, sourceEndBefore, sourceEpochEnd, known: 2, knownWithSource: 2 };
      expect(cut(STEADY, logs).cuts).toMatchObject([{ side: 'source', at }]);
    },
  );

  test('has not regrown where the epoch ends at the end of the log', () => {
    const logs = { ...REGROWN, sourceEnd: 180n, sourceEndBefore: 160n, sourceEpochEnd: 180n };
    expect(cut(STEADY, { ...logs, known: 2, knownWithSource: 2 }).cuts).toEqual([
      { side: 'source', at: 180n, reached: 201n, acknowledged: 191n },
    ]);
  });

  test('leaves the syncs of an earlier topic as they are, and takes the very first of the present one', () => {
    const renamed: readonly Point[] = [
      [500n, 0n],
      [600n, 100n],
      [10n, 101n, { newSource: true }],
      [200n, 281n],
    ];
    expect(told(cut(renamed, { ...REGROWN, known: 4, knownWithSource: 4, sourceEpochEnd: 150n }))).toBe(
      '500→0 600→100 10→101 |',
    );
    expect(told(cut(renamed, { ...REGROWN, known: 4, knownWithSource: 4, sourceEpochEnd: 10n }))).toBe(
      '500→0 600→100 |',
    );
  });

  test('is none in a topic that no earlier audit saw', () => {
    expect(cut(STEADY, { ...REGROWN, sameSourceSince: null, sourceEpochEnd: 150n }).cuts).toEqual([]);
    expect(cut(STEADY, { ...REGROWN, sourceEndBefore: null, sourceEpochEnd: 150n }).cuts).toEqual([]);
  });

  // MM2 wrote the last two since the last audit: before the cut, or after it.
  const SINCE: readonly Point[] = [...STEADY, [260n, 240n], [700n, 680n]];

  test('makes syncs of unknown time void, and the first and the last are worth a comparison', () => {
    const found = cut(SINCE, { ...REGROWN, sourceEpochEnd: 150n });
    expect(told(found)).toBe('0→0 100→90 |');
    const since = [
      { upstream: 260n, downstream: 240n },
      { upstream: 700n, downstream: 680n },
    ];
    expect(found).toMatchObject({ since, cuts: [{ reached: 701n }] });
  });

  test('does not know which syncs came before it, if the last audit could not read the source', () => {
    const found = cut(STEADY, { ...REGROWN, knownWithSource: 0, sourceEpochEnd: 150n });
    expect(found).toMatchObject({ since: [{ upstream: 200n }], known: 2 });
    expect(found.cuts).toMatchObject([{ reached: 250n, acknowledged: 150n }]);
  });

  test('are also worth one where MM2 went back on the source: at the cut, if not in a restart', () => {
    const compared = (...points: readonly Point[]) =>
      cut([...STEADY, ...points], { ...REGROWN, sourceEpochEnd: 150n }).since.map(({ upstream }) => upstream);
    const steps = (from: bigint, shift: bigint): readonly Point[] =>
      Array.from({ length: 8 }, (_, i) => [from + 5n * BigInt(i), from + 5n * BigInt(i) + shift] as const);
    const [before, after] = [steps(210n, -20n), steps(150n, 90n)];
    expect(compared(...before, ...after)).toEqual([210n, 245n, 150n, 185n]);
    expect(compared(...before, [120n, 240n], ...steps(155n, 120n))).toEqual([210n, 245n, 155n, 190n]);
    // Few are all compared: a second cut leaves no trace among them.
    expect(compared([240n, 220n], [150n, 240n], [180n, 270n], [700n, 790n])).toEqual([240n, 150n, 180n, 700n]);
  });

  test('has nothing to compare where earlier audits had read all syncs', () => {
    const history = SyncHistory.of(STEADY.map(([upstream, downstream]) => ({ timestamp: 5n, upstream, downstream })));
    const found = withoutCut(
      history,
      { ...NOTHING, ...REGROWN, sourceEpochEnd: 150n },
      { same: 0, different: null, later: [] },
    );
    expect(told(found)).toBe('0→0 100→90 |');
  });

  test('keeps those behind a hole that a comparison shows to be later', () => {
    const history = SyncHistory.of(SINCE.map(([upstream, downstream]) => ({ timestamp: 5n, upstream, downstream })));
    const found = withoutCut(
      history,
      { ...NOTHING, ...REGROWN, sourceEpochEnd: 150n },
      { same: 1, different: null, later: [] },
    );
    expect(told(found)).toBe('0→0 100→90 |700→680');
    expect(found.cuts).toEqual([{ side: 'source', at: 150n, reached: 261n, mayReach: 900n, acknowledged: 191n }]);
    const all = withoutCut(
      history,
      { ...NOTHING, ...REGROWN, sourceEpochEnd: 150n },
      { same: 0, different: null, later: [] },
    );
    expect(told(all)).toBe('0→0 100→90 |260→240 700→680');
    expect(all.cuts).toEqual([{ side: 'source', at: 150n, reached: 250n, mayReach: 900n, acknowledged: 191n }]);
    // What the second one names is not there: a later cut took it, and all that was behind the first one's record.
    const again = withoutCut(
      history,
      { ...NOTHING, ...REGROWN, sourceEpochEnd: 150n },
      { same: 0, different: null, later: [{ last: 0, next: null }] },
    );
    expect(told(again)).toBe('0→0 100→90 |260→240 |');
    expect(again.cuts).toEqual([
      ...all.cuts,
      { side: 'source', at: 261n, atMost: 700n, reached: 701n, mayReach: 900n, acknowledged: 261n },
    ]);
    // No sync is left out, but the records before the last one are others all the same.
    const adjacent = SyncHistory.of([history.at(0), history.at(4)]);
    const behind = withoutCut(
      adjacent,
      { ...NOTHING, ...REGROWN, known: 1, knownWithSource: 1, sourceEpochEnd: 245n },
      { same: 0, different: null, later: [] },
    );
    expect(told(behind)).toBe('0→0 |700→680');
  });
});

describe('a target log that was cut and regrew before this audit', () => {
  const REGROWN = { ...TARGET, targetEnd: 900n, targetEndBefore: 200n, known: 3 } as const;

  test('makes the syncs at and behind the cut void that earlier audits had read', () => {
    const found = cut([...STEADY, [300n, 150n]], { ...REGROWN, targetEpochEnd: 120n });
    expect(told(found)).toBe('0→0 100→90 |300→150');
    expect(found.cuts).toEqual([{ side: 'target', at: 120n, reached: 200n }]);
  });

  test('behind all syncs: what MM2 wrote since does not continue the last one', () => {
    const found = cut([...STEADY, [300n, 190n]], { ...REGROWN, targetEpochEnd: 185n });
    expect(told(found)).toBe('0→0 100→90 200→180 |300→190');
    expect(found.cuts).toEqual([{ side: 'target', at: 185n, reached: 200n }]);
    expect(told(cut(STEADY, { ...REGROWN, targetEpochEnd: 185n }))).toBe('0→0 100→90 200→180 |');
  });

  test('is none if another leader was elected and nothing was lost', () => {
    expect(cut(STEADY, { ...REGROWN, targetEpochEnd: 200n }).cuts).toEqual([]);
    expect(cut(STEADY, { ...REGROWN, targetEpochEnd: null }).cuts).toEqual([]);
  });
});

test('both logs at once: the target is told of first', () => {
  const found = cut(STEADY, { ...SOURCE, ...TARGET, sourceEnd: 90n, targetEnd: 100n });
  expect(told(found)).toBe('0→0 |');
  expect(found.cuts).toEqual([
    { side: 'target', at: 100n, reached: 181n },
    { side: 'source', at: 90n, reached: 101n, acknowledged: 91n },
  ]);
});

// The last audit knew three syncs. The cut of the target makes one of them void: the fourth is new all the same.
test('GIVEN both logs were cut between two audits and the source regrew THEN a new sync is asked about, and acknowledges nothing', () => {
  const points: readonly Point[] = [
    [0n, 0n],
    [40n, 30n],
    [90n, 60n],
    [95n, 55n],
  ];
  const found = cut(points, {
    ...SOURCE,
    ...{ known: 3, knownWithSource: 3 },
    ...{ sourceEnd: 200n, sourceEndBefore: 91n, sourceEpochEnd: 70n },
    ...{ targetEnd: 56n, targetEndBefore: 61n, targetEpochEnd: 50n },
  });
  const asked = { upstream: 95n, downstream: 55n };
  expect(found.since).toMatchObject([asked]);
  expect(found.cuts).toMatchObject([
    { side: 'target', at: 50n },
    { side: 'source', at: 70n, acknowledged: 70n },
  ]);
});
