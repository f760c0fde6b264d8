import { describe, expect, test } from '@jest/globals';
import { cutEpoch, lastBreak, type MappingEvidence, type SourceCut } from '../../../../shared/domain/mirror/epoch.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { syncsOlderThanSource } from '../../../../shared/domain/mirror/source-epoch.ts';
import {
  BREAK_KINDS,
  type Break,
  type NewPoint,
  SyncHistory,
} from '../../../../shared/domain/mirror/syncs/sync-history.ts';

type Point = readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>];

function history(...points: readonly Point[]): SyncHistory {
  return SyncHistory.of(
    points.map(([upstream, downstream, more]) => ({ timestamp: 1_000n, upstream, downstream, ...more })),
  );
}

/** Evidence whose target ends right behind the newest sync. */
function evidence(points: readonly Point[], more: Partial<MappingEvidence> = {}): MappingEvidence {
  const end = (points.at(-1)?.[1] ?? -1n) + 1n;
  return { history: history(...points), target: { start: 0n, end }, ...more };
}

function mapping(points: readonly Point[], more: Partial<MappingEvidence> = {}): PartitionMapping {
  return new PartitionMapping(evidence(points, more));
}

const STEADY: readonly Point[] = [
  [0n, 0n],
  [100n, 100n],
  [200n, 200n],
];

describe('the epoch that holds', () => {
  test.each<[string, MappingEvidence, unknown]>([
    ['all syncs', evidence(STEADY), { first: 0, cause: 'first-known', floor: 0n, sourceFirst: 0 }],
    ['none', evidence([]), { first: 0, cause: 'first-known', floor: 0n, sourceFirst: 0 }],
    [
      'the floor is where the target log begins',
      evidence(STEADY, { target: { start: 30n, end: 201n } }),
      { first: 0, cause: 'first-known', floor: 30n, sourceFirst: 0 },
    ],
    [
      'the target went back',
      evidence([...STEADY, [201n, 5n], [205n, 9n]]),
      { first: 3, cause: 'target-recreated', floor: 0n, sourceFirst: 0 },
    ],
    [
      'the target stood still',
      evidence([...STEADY, [201n, 200n]]),
      { first: 3, cause: 'target-recreated', floor: 0n, sourceFirst: 0 },
    ],
    [
      'the target went back twice: the last time counts',
      evidence([
        [0n, 10n],
        [1n, 5n],
        [2n, 6n],
        [3n, 2n],
        [4n, 3n],
      ]),
      { first: 3, cause: 'target-recreated', floor: 0n, sourceFirst: 0 },
    ],
    [
      'the target has another id since',
      evidence(STEADY, { targetRecreatedAt: 2 }),
      { first: 2, cause: 'target-recreated', floor: 0n, sourceFirst: 0 },
    ],
    [
      'the history tells so of the target',
      evidence([
        [0n, 0n],
        [100n, 100n],
        [200n, 200n, { newTarget: true }],
      ]),
      { first: 2, cause: 'target-recreated', floor: 0n, sourceFirst: 0 },
    ],
    [
      'another id of before the target went back',
      evidence([...STEADY, [201n, 5n]], { targetRecreatedAt: 2 }),
      { first: 3, cause: 'target-recreated', floor: 0n, sourceFirst: 0 },
    ],
    [
      'the source has another id since: its records lie behind the old ones',
      evidence(STEADY, { sourceRecreatedAt: 2 }),
      { first: 2, cause: 'source-recreated', floor: 101n, sourceFirst: 2 },
    ],
    [
      'the history tells so of the source',
      evidence([
        [0n, 0n],
        [100n, 100n, { newSource: true }],
        [200n, 200n],
      ]),
      { first: 1, cause: 'source-recreated', floor: 1n, sourceFirst: 1 },
    ],
    [
      'the source is another, and nothing of it is mirrored',
      evidence(STEADY, { sourceRecreatedAt: 3, target: { start: 0n, end: 260n } }),
      { first: 3, cause: 'source-recreated', floor: 201n, sourceFirst: 3 },
    ],
    [
      'nor stands anything behind the old ones',
      evidence(STEADY, { sourceRecreatedAt: 3 }),
      { first: 3, cause: 'source-recreated', floor: 201n, sourceFirst: 3 },
    ],
    [
      'nor is the target the same: it ends before where the old ones stood',
      evidence(STEADY, { sourceRecreatedAt: 3, target: { start: 0n, end: 50n } }),
      { first: 3, cause: 'target-shortened', floor: 0n, sourceFirst: 3 },
    ],
    [
      'the target begins behind the old ones',
      evidence(STEADY, { sourceRecreatedAt: 2, target: { start: 150n, end: 201n } }),
      { first: 2, cause: 'source-recreated', floor: 150n, sourceFirst: 2 },
    ],
    [
      'the source is another, and the target went back later',
      evidence([...STEADY, [50n, 3n]], { sourceRecreatedAt: 2 }),
      { first: 3, cause: 'target-recreated', floor: 0n, sourceFirst: 2 },
    ],
    [
      'the target went back, and the source is another later',
      evidence([...STEADY, [201n, 5n], [10n, 30n]], { sourceRecreatedAt: 4 }),
      { first: 4, cause: 'source-recreated', floor: 6n, sourceFirst: 4 },
    ],
    [
      'the source ends at a sync',
      evidence(STEADY, { sourceEnd: 200n }),
      { first: 3, cause: 'source-shortened', floor: 0n, sourceFirst: 3 },
    ],
    [
      'the source ends before its only sync',
      evidence([[2n, 0n]], { sourceEnd: 0n }),
      { first: 1, cause: 'source-shortened', floor: 0n, sourceFirst: 1 },
    ],
    [
      'the source ends right behind the newest sync',
      evidence(STEADY, { sourceEnd: 201n }),
      { first: 0, cause: 'first-known', floor: 0n, sourceFirst: 0 },
    ],
    [
      'the source ends before a sync, and was mirrored again since',
      evidence([...STEADY, [120n, 201n]], { sourceEnd: 150n }),
      { first: 3, cause: 'source-shortened', floor: 0n, sourceFirst: 3 },
    ],
    [
      'the target ends at a sync',
      evidence(STEADY, { target: { start: 7n, end: 200n } }),
      { first: 3, cause: 'target-shortened', floor: 7n, sourceFirst: 0 },
    ],
    [
      'the target ends at a sync of before the source was shortened',
      evidence(STEADY, { sourceEnd: 100n, target: { start: 0n, end: 200n } }),
      { first: 3, cause: 'source-shortened', floor: 0n, sourceFirst: 3 },
    ],
    [
      'an old topic of the name left more than the new target log has',
      evidence(
        [
          [0n, 0n],
          [500n, 500n],
          [5n, 10n],
        ],
        { sourceRecreatedAt: 2 },
      ),
      { first: 2, cause: 'target-recreated', floor: 0n, sourceFirst: 2 },
    ],
  ])('%s', (_, of, epoch) => {
    expect(cutEpoch(of)).toMatchObject(epoch as object);
  });

  test.each<[string, MappingEvidence, boolean]>([
    ['the first one', evidence(STEADY), true],
    ['the id changed', evidence(STEADY, { targetRecreatedAt: 3 }), true],
    [
      'an earlier audit saw that it changed',
      evidence([
        [50n, 5n],
        [60n, 6n, { newTarget: true }],
      ]),
      true,
    ],
    [
      'it went back, no audit saw the id change',
      evidence([
        [50n, 5n],
        [60n, 4n],
      ]),
      false,
    ],
    ['it ends before a sync', { ...evidence(STEADY), target: { start: 0n, end: 150n } }, false],
    [
      'an earlier audit saw so',
      evidence([
        [50n, 5n],
        [60n, 6n, { newTarget: true, hole: true }],
      ]),
      false,
    ],
    [
      'an earlier audit saw so, at the very sync',
      evidence(
        [
          [50n, 5n],
          [60n, 6n, { newTarget: true, hole: true }],
        ],
        { targetRecreatedAt: 1 },
      ),
      false,
    ],
    ['the log lost its end once', evidence(STEADY, { targetCuts: [{ at: 50n, reached: 60n }] }), false],
  ])('on a target log that was empty: %s', (_, of, expected) => {
    expect(cutEpoch(of).onNewTarget).toBe(expected);
  });

  test('a source topic of the same name came before, though no sync of it is known', () => {
    const pending = history();
    pending.breakBeforeNext('newSource');
    const target = { start: 0n, end: 9n };
    const cases: MappingEvidence[] = [
      evidence([], { sourceChanged: true }),
      evidence(STEADY, { sourceChanged: true }),
      { history: pending, target },
      evidence([[0n, 5n, { newSource: true }]]),
      evidence([[0n, 5n, { newSource: true, newTarget: true }]]),
      evidence(STEADY),
      evidence([]),
    ];
    expect(cases.map((one) => [cutEpoch(one).hadEarlierSource, cutEpoch(one).onNewTarget])).toEqual([
      [true, false],
      [true, false],
      [true, false],
      [true, false],
      // Both topics are new: MM2 may have written records of the old one to the new log.
      [true, false],
      [false, true],
      [false, true],
    ]);
  });

  test('without a sync since: the breaks that wait for the next one tell', () => {
    const of = (...breaks: readonly Break[]) => {
      const one = history([0n, 0n]);
      for (const what of breaks) one.breakBeforeNext(what);
      return cutEpoch({ history: one, target: { start: 0n, end: 9n } }).onNewTarget;
    };
    expect([of('newTarget'), of('newTarget', 'hole'), of('hole')]).toEqual([true, false, true]);
  });

  test('without a sync of a new source topic: its records are behind the old ones, unless the log may be the same, cut', () => {
    const floor = (...breaks: readonly Break[]) => {
      const old = history(...STEADY);
      for (const what of breaks) old.breakBeforeNext(what);
      return cutEpoch({ history: old, target: { start: 0n, end: 250n } }).floor;
    };
    expect([floor('newSource'), floor('newSource', 'hole')]).toEqual([201n, 0n]);
  });

  test('where a topic became another one: behind the newest sync, at the newest mark, or nowhere', () => {
    const marked = history(
      [0n, 0n, { newSource: true }],
      [1n, 1n],
      [2n, 2n, { newSource: true }],
      [3n, 3n],
      [4n, 4n, { newTarget: true }],
    );
    expect([lastBreak(marked, 'newSource'), lastBreak(marked, 'newTarget')]).toEqual([2, 4]);
    expect(lastBreak(history([0n, 0n, { newSource: true }], [1n, 1n]), 'newSource')).toBe(0);
    for (const what of ['newSource', 'newTarget'] as const) {
      const pending = history([0n, 0n], [1n, 1n]);
      pending.breakBeforeNext(what);
      expect([lastBreak(pending, what), lastBreak(pending, what === 'newSource' ? 'newTarget' : 'newSource')]).toEqual([
        2, 0,
      ]);
    }
  });
});

describe('syncs that are older than the source log', () => {
  const at = (...points: readonly (readonly [upstream: bigint, timestamp: bigint])[]) =>
    SyncHistory.of(points.map(([upstream, timestamp], i) => ({ upstream, timestamp, downstream: BigInt(i) })));

  test.each<[string, SyncHistory, bigint, bigint, number]>([
    ['none', at([0n, 1_001n], [10n, 2_001n]), 1_001n, 0n, 0],
    ['older by a moment', at([0n, 1_001n]), 1_002n, 0n, 1],
    ['of the same moment', at([0n, 1_001n]), 1_001n, 0n, 0],
    ['whole seconds were rounded down', at([0n, 1_000n]), 1_999n, 0n, 0],
    ['older than all that they can have been', at([0n, 1_000n]), 2_000n, 0n, 1],
    ['all up to the newest such', at([0n, 5_001n], [10n, 1_001n], [20n, 5_001n]), 2_000n, 0n, 2],
    ['records that the log no longer has tell nothing', at([9n, 1_001n], [20n, 5_001n]), 2_000n, 10n, 0],
    ['the very first record of the log does', at([10n, 1_001n], [20n, 5_001n]), 2_000n, 10n, 1],
    ['no syncs', at(), 2_000n, 0n, 0],
  ])('%s', (_, syncs, first, start, count) => {
    expect(syncsOlderThanSource(syncs, { timestamp: first, offset: start })).toBe(count);
  });
});

describe('a mapping', () => {
  test('finds the last sync at or before an offset, in the order in which MM2 wrote them', () => {
    const back = mapping([
      [10n, 0n],
      [100n, 90n],
      [60n, 110n],
      [200n, 250n],
    ]);
    expect([9n, 10n, 59n, 60n, 99n, 100n, 199n, 200n, 900n].map((offset) => back.lookup(offset))).toEqual([
      -1, 0, 0, 2, 2, 2, 2, 3, 3,
    ]);
    expect(mapping([...STEADY, [201n, 5n], [300n, 104n]]).lookup(250n)).toBe(3);
    expect(mapping([]).lookup(5n)).toBe(-1);
  });

  test('knows its newest sync, and that of MM2 itself', () => {
    const compared = mapping([...STEADY, [300n, 300n, { compared: true }]]);
    expect([compared.newest().upstream, compared.newestSync()?.upstream]).toEqual([300n, 200n]);
    expect(mapping([...STEADY, [300n, 300n, { newTarget: true, compared: true }]]).newestSync()).toBeNull();
    expect(mapping([]).newestSync()).toBeNull();
    expect(mapping(STEADY, { target: { start: 0n, end: 200n } }).newestSync()).toBeNull();
    expect(mapping([[0n, 0n]]).newestSync()?.upstream).toBe(0n);
  });

  test('knows how far the present source topic was acknowledged', () => {
    expect(mapping(STEADY).furthestUpstream()).toBe(200n);
    expect(mapping([[0n, 0n]]).furthestUpstream()).toBe(0n);
    expect(
      mapping([
        [0n, 0n],
        [500n, 500n],
        [400n, 520n],
      ]).furthestUpstream(),
    ).toBe(500n);
    expect(
      mapping([
        [500n, 0n],
        [10n, 1n, { newSource: true }],
        [20n, 11n],
      ]).furthestUpstream(),
    ).toBe(20n);
    expect(mapping(STEADY, { sourceRecreatedAt: 3 }).furthestUpstream()).toBeNull();
    expect(mapping([...STEADY, [5n, 3n]]).furthestUpstream()).toBe(5n);
  });

  test('knows the last sync of before', () => {
    expect(mapping(STEADY).lastVoid()).toBeNull();
    expect(mapping([...STEADY, [201n, 5n]]).lastVoid()?.upstream).toBe(200n);
    expect(mapping(STEADY, { target: { start: 0n, end: 9n } }).lastVoid()?.upstream).toBe(200n);
  });

  test('knows where syncs are lost', () => {
    const hole = mapping([
      [0n, 0n],
      [100n, 100n, { hole: true }],
      [200n, 200n],
    ]);
    expect([0, 1, 2].map((index) => hole.holeAfter(index))).toEqual([true, false, false]);
    expect([...hole.intervals()].map((one) => [one.left.upstream, one.right.upstream, one.hole])).toEqual([
      [0n, 100n, true],
      [100n, 200n, false],
    ]);
    expect([...mapping([...STEADY, [201n, 5n], [300n, 104n]]).intervals()]).toHaveLength(1);
  });

  test('takes the copies of what cuts took for no foreign records', () => {
    const points: readonly Point[] = [
      [0n, 0n],
      [100n, 113n, { hole: true }],
    ];
    const isForeign = (more: { records?: bigint }) =>
      mapping(points, { sourceCuts: [{ at: 50n, reached: 60n, noticedAt: 0, ...more }] }).hasForeign;
    expect([isForeign({}), isForeign({ records: 12n }), isForeign({ records: 13n })]).toEqual([true, true, false]);
  });

  test('tells markers, gaps and foreign records by neighbours', () => {
    const seen = (points: readonly Point[], exactlyOnce = false) => {
      const { hasForeign, hasGaps } = mapping(points, { exactlyOnce });
      return [hasForeign, hasGaps];
    };
    expect(seen(STEADY)).toEqual([false, false]);
    expect(
      seen([
        [0n, 0n],
        [100n, 99n],
      ]),
    ).toEqual([false, true]);
    expect(
      seen([
        [0n, 0n],
        [100n, 101n],
      ]),
    ).toEqual([true, false]);
    expect(
      seen([
        [0n, 0n],
        [100n, 101n],
        [300n, 201n],
      ]),
    ).toEqual([true, true]);
    expect(
      seen([
        [0n, 0n],
        [100n, 100n],
        [100n, 120n],
        [50n, 140n],
      ]),
    ).toEqual([false, false]);
    expect(seen(STEADY, true)).toEqual([true, false]);
    expect(
      seen([
        [0n, 5n],
        [100n, 6n],
        [101n, 0n],
        [201n, 100n],
      ]),
    ).toEqual([false, false]);
  });

  test('counts what stands behind the newest sync and cannot all be new', () => {
    const behind = (end: bigint, sourceEnd?: bigint) =>
      mapping(STEADY, { target: { start: 0n, end }, ...(sourceEnd === undefined ? {} : { sourceEnd }) }).surplusAtEnd;
    expect([behind(221n, 221n), behind(222n, 221n), behind(221n, 201n), behind(201n, 201n)]).toEqual([0n, 1n, 20n, 0n]);
    expect(behind(201n, 300n)).toBe(0n);
    expect(behind(300n)).toBe(0n);
    expect(mapping(STEADY, { target: { start: 0n, end: 300n }, sourceEnd: 100n }).surplusAtEnd).toBe(0n);
    expect(mapping([], { target: { start: 0n, end: 300n }, sourceEnd: 100n }).surplusAtEnd).toBe(0n);
  });

  test('bounds the copies that may stand behind a position', () => {
    const restarted = mapping([
      [0n, 0n],
      [500n, 500n],
      [400n, 520n],
      [1_000n, 1_120n],
    ]);
    const behind = (index: number, upstream: bigint) => restarted.surplusBehind(index, upstream);
    expect([381n, 382n, 450n, 501n, 502n, 900n].map((upstream) => behind(0, upstream))).toEqual([
      0n,
      1n,
      69n,
      120n,
      120n,
      120n,
    ]);
    expect([0, 1, 2, 3].map((index) => behind(index, 900n))).toEqual([120n, 120n, 0n, 0n]);
    const twice = mapping([
      [0n, 0n],
      [500n, 500n],
      [400n, 520n],
      [600n, 720n],
      [590n, 730n],
      [1_000n, 1_140n],
    ]);
    expect([0, 1, 2, 3, 4].map((index) => twice.surplusBehind(index, 900n))).toEqual([140n, 140n, 20n, 20n, 0n]);
    const unexplained = mapping(STEADY, { target: { start: 0n, end: 231n }, sourceEnd: 221n });
    expect([0, 2].map((index) => unexplained.surplusBehind(index, 5n))).toEqual([30n, 30n]);
  });

  test('a stretch with more records than offsets is a restart only if it can have led back to before the left sync', () => {
    const surplus = (points: readonly Point[], exactlyOnce = false) =>
      mapping(points, { exactlyOnce }).surplusBehind(0, 10_000n);
    // 130 records in a row up to 100 began at −29: before 0.
    expect(
      surplus([
        [0n, 0n],
        [100n, 130n],
        [300n, 330n],
      ]),
    ).toBe(30n);
    expect(
      surplus([
        [0n, 0n],
        [100n, 101n],
        [300n, 301n],
      ]),
    ).toBe(0n);
    expect(
      surplus([
        [0n, 0n],
        [100n, 102n],
        [300n, 302n],
      ]),
    ).toBe(2n);
    expect(
      surplus(
        [
          [0n, 0n],
          [100n, 130n],
          [300n, 330n],
        ],
        true,
      ),
    ).toBe(0n);
    expect(
      surplus(
        [
          [0n, 0n],
          [100n, 100n],
          [90n, 130n],
          [300n, 340n],
        ],
        true,
      ),
    ).toBe(40n);
    expect(
      surplus([
        [0n, 0n],
        [100n, 100n],
        [100n, 101n],
        [300n, 301n],
      ]),
    ).toBe(1n);
    expect(
      surplus([
        [0n, 0n],
        [100n, 90n],
        [300n, 290n],
      ]),
    ).toBe(0n);
  });

  test('is settled after a cut of the source log when MM2 is back at its place: what is gone is not written again', () => {
    const begunAgain = (...behind: readonly Point[]): readonly Point[] => [
      [0n, 0n],
      [299n, 299n],
      [0n, 500n, { hole: true }],
      ...behind,
    ];
    const cut = { at: 300n, reached: 500n, noticedAt: 10_000 };
    const settled = (points: readonly Point[], ...sourceCuts: readonly SourceCut[]) =>
      mapping(points, { sourceCuts }).settled;
    expect([settled(begunAgain([299n, 799n])), settled(begunAgain([299n, 799n]), cut)]).toEqual([2, 4]);
    expect(settled(begunAgain([298n, 798n]), cut)).toBe(2);
    // What it wrote of the present log behind the cut, it has to write again.
    const restarted = begunAgain([350n, 850n], [300n, 900n]);
    expect(settled(restarted, cut)).toBe(4);
    expect(settled([...restarted, [399n, 999n]], cut)).toBe(6);
  });

  test('is settled as far as MM2 is back where it was before a restart', () => {
    const settled = (...points: readonly Point[]) => mapping(points).settled;
    expect(settled(...STEADY)).toBe(3);
    // 20 records arrived behind 500 before 400 was written again: at the most they led on to 519.
    expect(settled([0n, 0n], [500n, 500n], [400n, 520n])).toBe(2);
    expect(settled([0n, 0n], [500n, 500n], [400n, 520n], [518n, 638n])).toBe(2);
    expect(settled([0n, 0n], [500n, 500n], [400n, 520n], [519n, 639n])).toBe(4);
    expect(settled([0n, 0n], [500n, 500n], [400n, 520n], [450n, 570n], [390n, 600n])).toBe(2);
    expect(settled([0n, 0n], [500n, 500n], [400n, 520n], [519n, 639n], [510n, 660n])).toBe(4);
    expect(settled()).toBe(0);
  });

  test('under exactly-once only going back unsettles it', () => {
    const settled = (points: readonly Point[]) => mapping(points, { exactlyOnce: true }).settled;
    expect(
      settled([
        [0n, 0n],
        [100n, 130n],
      ]),
    ).toBe(2);
    expect(
      settled([
        [0n, 0n],
        [100n, 100n],
        [90n, 130n],
      ]),
    ).toBe(2);
    const stays: readonly Point[] = [
      [0n, 0n],
      [0n, 6n],
    ];
    expect([settled(stays), mapping(stays, { exactlyOnce: true }).surplusBehind(0, 2n)]).toEqual([1, 6n]);
    expect(
      mapping([
        [0n, 0n],
        [100n, 130n],
      ]).settled,
    ).toBe(1);
  });

  test('is settled also against what stands in front of its first sync', () => {
    // Between the old topic's 100 and the new one's first sync at 50 stand 99 records: at the most they are of the new one.
    const recreated = (...points: readonly Point[]) => mapping([[0n, 0n], [100n, 100n], ...points]);
    expect(recreated([50n, 200n, { newSource: true }]).settled).toBe(2);
    expect(recreated([50n, 200n, { newSource: true }], [198n, 348n]).settled).toBe(2);
    expect(recreated([50n, 200n, { newSource: true }], [199n, 349n]).settled).toBe(4);
    expect(recreated([50n, 101n, { newSource: true }]).settled).toBe(3);
    expect(recreated([150n, 5n]).settled).toBe(3);
    expect(recreated([101n, 5n]).settled).toBe(2);
    expect(recreated([101n, 5n], [105n, 9n]).settled).toBe(4);
    // A new target log: all that stands in front of its first sync is of this epoch.
    expect(recreated([104n, 109n, { newTarget: true }], [108n, 113n]).settled).toBe(2);
    expect(recreated([100n, 109n, { newTarget: true }], [208n, 217n]).settled).toBe(2);
    expect(recreated([100n, 109n, { newTarget: true }], [209n, 218n]).settled).toBe(4);
    // What the target has deleted of it since counts as well.
    const expired = mapping([...STEADY.slice(0, 2), [50n, 200n, { newSource: true }], [198n, 348n]], {
      target: { start: 150n, end: 349n },
    });
    expect(expired.settled).toBe(2);
    expect(mapping([[50n, 200n]], { target: { start: 0n, end: 201n } }).settled).toBe(1);
  });

  test('has one copy of each record where nothing tells of more', () => {
    expect(mapping(STEADY).oneCopyEach).toBe(true);
    expect(
      mapping([
        [0n, 0n],
        [100n, 90n],
      ]).oneCopyEach,
    ).toBe(true);
    expect(mapping(STEADY, { exactlyOnce: true }).oneCopyEach).toBe(false);
    expect(
      mapping([
        [0n, 0n],
        [100n, 101n],
        [300n, 301n],
      ]).oneCopyEach,
    ).toBe(false);
    expect(
      mapping([
        [0n, 0n],
        [500n, 500n],
        [400n, 520n],
        [1_000n, 1_120n],
      ]).oneCopyEach,
    ).toBe(false);
    expect(mapping(STEADY, { target: { start: 0n, end: 231n }, sourceEnd: 221n }).oneCopyEach).toBe(false);
    expect(mapping([]).oneCopyEach).toBe(false);
    expect(mapping(STEADY, { target: { start: 0n, end: 200n } }).oneCopyEach).toBe(false);
    expect(
      mapping([
        [0n, 0n],
        [100n, 100n],
        [101n, 5n],
      ]).oneCopyEach,
    ).toBe(false);
  });

  test('was written once where nothing tells that MM2 began again; markers and others do not count', () => {
    expect(mapping(STEADY).writtenOnce).toBe(true);
    const more = { target: { start: 0n, end: 231n }, sourceEnd: 221n };
    expect(mapping(STEADY, more).writtenOnce).toBe(false);
    expect(mapping(STEADY, { ...more, exactlyOnce: true }).writtenOnce).toBe(true);
    const restarted: readonly Point[] = [
      [0n, 0n],
      [500n, 500n],
      [400n, 520n],
      [1_000n, 1_120n],
    ];
    expect(mapping(restarted).writtenOnce).toBe(false);
    // It has not come back yet to where it was.
    expect(mapping(restarted.slice(0, 3)).writtenOnce).toBe(false);
  });

  test('is empty where no sync can be relied on', () => {
    expect(mapping(STEADY).empty).toBe(false);
    expect(mapping([]).empty).toBe(true);
    expect(mapping(STEADY, { target: { start: 0n, end: 200n } }).empty).toBe(true);
    expect(
      mapping([
        [0n, 0n],
        [100n, 100n],
        [101n, 5n],
      ]).empty,
    ).toBe(true);
  });

  test('goes on to a pair that comparing showed, and does not begin with one', () => {
    const anchored = mapping(STEADY, { target: { start: 0n, end: 251n } }).endingAt({
      upstream: 260n,
      downstream: 250n,
    });
    expect([anchored.length, anchored.newest().upstream, anchored.lookup(260n), anchored.hasGaps]).toEqual([
      4,
      260n,
      3,
      true,
    ]);
    expect(anchored.isAccounted(3)).toBe(false);
    const doubted = mapping(STEADY, { target: { start: 0n, end: 251n }, mayPredateSource: true });
    expect(doubted.mayPredateSource).toBe(true);
    // The pair was found in the present topic.
    expect(doubted.endingAt({ upstream: 260n, downstream: 250n }).mayPredateSource).toBe(false);
    expect(anchored.at(3)).toEqual({
      timestamp: -1n,
      upstream: 260n,
      downstream: 250n,
      hole: false,
      newSource: false,
      newTarget: false,
      refuted: false,
      compared: true,
      accounted: false,
      confirmed: false,
      unwatched: false,
    });
    expect([anchored.newestSync()?.upstream, anchored.holeAfter(2), anchored.furthestUpstream()]).toEqual([
      200n,
      false,
      200n,
    ]);
    const cut = mapping(STEADY, { target: { start: 0n, end: 200n } }).endingAt({ upstream: 260n, downstream: 250n });
    expect([cut.length, cut.first]).toEqual([3, 3]);
    expect(() => anchored.at(4)).toThrow(RangeError);
  });
});

describe('a history of syncs', () => {
  test('a mark behind the newest one waits for the next', () => {
    const all: readonly Break[] = BREAK_KINDS;
    for (const what of all) {
      const marked = history([0n, 0n]);
      marked.breakBeforeNext(what);
      marked.push({ timestamp: 1n, upstream: 1n, downstream: 1n });
      marked.push({ timestamp: 1n, upstream: 2n, downstream: 2n });
      expect([0, 1, 2].map((index) => all.filter((one) => marked.breaksBefore(index, one)))).toEqual([[], [what], []]);
      expect(marked.breaksBeforeNext(what)).toBe(false);
    }
  });
});
