import { describe, expect, test } from '@jest/globals';
import { coverageOf } from '../../../../../shared/domain/mirror/coverage/coverage.ts';
import type { CutOff } from '../../../../../shared/domain/mirror/coverage/cut-off.ts';
import type { Hole } from '../../../../../shared/domain/mirror/coverage/hole.ts';
import type { MappingEvidence } from '../../../../../shared/domain/mirror/epoch.ts';
import { PartitionMapping } from '../../../../../shared/domain/mirror/mapping.ts';
import { type NewPoint, SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

interface Case {
  readonly syncs: readonly (readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>])[];
  readonly source?: readonly [start: bigint, end: bigint];
  /** End of the target log; right behind the newest sync where absent. */
  readonly targetEnd?: bigint;
  /** Where MM2 goes on; right behind the newest sync where absent. */
  readonly position?: bigint | null;
  readonly more?: Partial<MappingEvidence>;
  readonly cutOffs?: readonly CutOff[];
  /** Syncs behind the last one are void. */
  readonly holeBehind?: boolean;
}

function coverage({ syncs, source, targetEnd, position, more, cutOffs, holeBehind = false }: Case) {
  const [up = -1n, down = -1n] = syncs.at(-1) ?? [];
  const points = syncs.map(([upstream, downstream, flags]) => ({ timestamp: 0n, upstream, downstream, ...flags }));
  const end = targetEnd ?? down + 1n;
  const history = SyncHistory.of(points);
  if (holeBehind) history.breakBeforeNext('hole');
  const mapping = new PartitionMapping({ history, target: { start: 0n, end }, ...more });
  const [start, highWatermark] = source ?? [0n, up + 1n];
  return coverageOf(
    mapping,
    { start, highWatermark, lastStableOffset: highWatermark },
    position === undefined ? up + 1n : position,
    cutOffs,
  );
}

/** `kind from-until: absent, look from-until[ = there]`. */
const text = ({ kind, from, until, offsets, look, isPlace }: Hole) =>
  `${kind} ${from}-${until}: ${offsets}, look ${look.from}-${look.until}${isPlace ? ' = there' : ''}`;
const holes = (of: Case): string[] => coverage(of).holes.map(text);

describe('source offsets without counterpart on the present target log', () => {
  test.each<[string, Case, string[]]>([
    [
      'none',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
          [200n, 200n],
        ],
      },
      [],
    ],
    [
      'none where more arrived than offsets',
      {
        syncs: [
          [0n, 0n],
          [100n, 130n],
          [200n, 230n],
        ],
      },
      [],
    ],
    [
      'some of the offsets between two syncs',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
        ],
      },
      ['between 1-100: 10, look 90-100'],
    ],
    [
      'all of them',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
        ],
      },
      ['between 1-100: 99, look 1-100 = there'],
    ],
    [
      'all but one',
      {
        syncs: [
          [0n, 0n],
          [100n, 2n],
        ],
      },
      ['between 1-100: 98, look 2-100'],
    ],
    [
      'one',
      {
        syncs: [
          [0n, 0n],
          [100n, 99n],
        ],
      },
      ['between 1-100: 1, look 99-100'],
    ],
    [
      'in several places, the oldest first',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
          [200n, 190n],
          [300n, 280n],
        ],
      },
      ['between 1-100: 10, look 90-100', 'between 201-300: 10, look 290-300'],
    ],
    [
      'those before the first sync',
      {
        syncs: [
          [250n, 0n],
          [300n, 50n],
        ],
      },
      ['head 0-250: 250, look 0-250 = there'],
    ],
    [
      'less what stands before it on the target',
      {
        syncs: [
          [250n, 50n],
          [300n, 100n],
        ],
      },
      ['head 0-250: 200, look 0-200'],
    ],
    [
      'none where as many stand before it',
      {
        syncs: [
          [250n, 250n],
          [300n, 300n],
        ],
      },
      [],
    ],
    [
      'nor where more do',
      {
        syncs: [
          [250n, 400n],
          [300n, 450n],
        ],
      },
      [],
    ],
    [
      'less what the source has deleted',
      {
        syncs: [
          [250n, 0n],
          [300n, 50n],
        ],
        source: [100n, 301n],
      },
      ['head 100-250: 150, look 100-250 = there'],
    ],
    [
      'all of it deleted',
      {
        syncs: [
          [250n, 0n],
          [300n, 50n],
        ],
        source: [250n, 301n],
      },
      [],
    ],
    [
      'between two syncs less what the source has deleted',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
        ],
        source: [40n, 101n],
      },
      ['between 40-100: 60, look 40-100 = there'],
    ],
    [
      'the look itself deleted, but not the stretch',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
        ],
        source: [95n, 101n],
      },
      ['between 95-100: 5, look 95-100'],
    ],
    [
      'the whole stretch deleted',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
        ],
        source: [100n, 101n],
      },
      [],
    ],
    [
      'beyond what the source has',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
        ],
        source: [0n, 60n],
      },
      ['between 1-60: 59, look 1-60 = there'],
    ],
    [
      'what MM2 acknowledged behind the newest sync, and the target has not',
      { syncs: [[0n, 0n]], source: [0n, 100n], position: 50n },
      ['behind 1-50: 49, look 1-50 = there'],
    ],
    [
      'less what the target has there',
      { syncs: [[0n, 0n]], source: [0n, 100n], position: 50n, targetEnd: 21n },
      ['behind 1-50: 29, look 21-50'],
    ],
    ['none where it has as many', { syncs: [[0n, 0n]], source: [0n, 100n], position: 50n, targetEnd: 50n }, []],
    [
      'none behind the newest sync where MM2 is not further',
      { syncs: [[0n, 0n]], source: [0n, 100n], position: 1n },
      [],
    ],
    ['none behind it where nobody knows how far MM2 is', { syncs: [[0n, 0n]], source: [0n, 100n], position: null }, []],
    [
      'those that an earlier look explained are left out',
      {
        syncs: [
          [250n, 0n, { accounted: true }],
          [300n, 1n, { accounted: true }],
          [400n, 2n],
        ],
      },
      ['between 301-400: 99, look 301-400 = there'],
    ],
    [
      'no sync at all, and an empty target: all that MM2 is past',
      { syncs: [], source: [0n, 100n], position: 50n },
      ['head 0-50: 50, look 0-50 = there'],
    ],
    [
      'no sync at all: what the target has no room for, anywhere',
      { syncs: [], source: [0n, 100n], targetEnd: 40n, position: 50n },
      ['anywhere 0-50: 10, look 0-50'],
    ],
    [
      'no sync at all, of a source that has deleted its first records: they may be those that are there',
      { syncs: [], source: [45n, 100n], targetEnd: 40n, position: 50n },
      ['anywhere 45-50: 5, look 45-50'],
    ],
    ['no sync at all, and room for all', { syncs: [], source: [0n, 100n], targetEnd: 50n, position: 50n }, []],
  ])('%s', (_, of, expected) => {
    expect(holes(of)).toEqual(expected);
  });

  test.each<[string, Case, string[]]>([
    [
      'what a run behind brings again is none',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
          [1n, 2n],
          [100n, 101n],
        ],
      },
      [],
    ],
    [
      'nor what a run before brought',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
          [0n, 101n],
          [100n, 102n],
        ],
      },
      [],
    ],
    [
      'what it brings only in part is one still',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
          [61n, 2n],
          [100n, 41n],
        ],
      },
      ['between 1-61: 60, look 1-61 = there'],
    ],
    [
      'what it brings only in part, and a hole farther on that it does not reach',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
          [200n, 101n],
          [400n, 102n],
          [61n, 103n],
          [100n, 142n],
        ],
        source: [0n, 401n],
      },
      ['between 1-61: 60, look 1-61 = there', 'between 201-400: 199, look 201-400 = there'],
    ],
    [
      'its own hole begins in front of the other one',
      {
        syncs: [
          [0n, 0n],
          [30n, 30n],
          [50n, 31n],
          [20n, 32n],
          [150n, 33n],
        ],
      },
      ['between 31-50: 19, look 31-50 = there', 'between 31-150: 118, look 31-150'],
    ],
    [
      'MM2 at the same offset once more',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
          [100n, 130n],
        ],
      },
      [],
    ],
    [
      'a run that brings some of a stretch of which others may be missing',
      {
        syncs: [
          [0n, 0n],
          [100n, 50n],
          [95n, 51n],
          [100n, 56n],
        ],
      },
      ['between 1-95: 50, look 1-95'],
    ],
    [
      'a run that leaves room for fewer than are missing',
      {
        syncs: [
          [0n, 0n],
          [100n, 50n],
          [61n, 51n],
          [100n, 90n],
        ],
      },
      ['between 1-61: 50, look 1-61'],
    ],
    [
      'a run that brings more of it than was there',
      {
        syncs: [
          [0n, 0n],
          [100n, 11n],
          [51n, 12n],
          [100n, 61n],
        ],
      },
      ['between 1-51: 50, look 1-51'],
    ],
    [
      'a run that brings some of it, and no sync shows which',
      {
        syncs: [
          [0n, 0n],
          [100n, 1n],
          [51n, 2n],
          [100n, 31n],
        ],
      },
      ['between 1-100: 98, look 1-100', 'between 52-100: 20, look 80-100'],
    ],
  ])('where MM2 began again below: %s', (_, of, expected) => {
    expect(holes(of)).toEqual(expected);
  });

  test('are at least as many as another run cannot have brought', () => {
    const again = (from: bigint, to: bigint) =>
      coverage({
        syncs: [
          [0n, 0n],
          [100n, 50n],
          [from, 51n],
          [100n, to],
        ],
      }).holes[0];
    expect(again(95n, 56n)).toMatchObject({ offsets: 50n, least: 45n });
    expect(again(41n, 110n)).toMatchObject({ offsets: 40n, least: 0n });
    expect(again(60n, 60n)).toMatchObject({ offsets: 50n, least: 10n });
  });

  test.each<[string, Case, string[]]>([
    [
      'a new target log has nothing of what lies before its first sync',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
          [1_001n, 0n],
          [1_100n, 99n],
        ],
      },
      ['head 0-1001: 1001, look 0-1001 = there'],
    ],
    [
      'a new target log of which no sync speaks yet: all that MM2 is past',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 0n,
        position: 1_001n,
      },
      ['head 0-1001: 1001, look 0-1001 = there'],
    ],
    [
      'less what stands on it: the first records of a log that was cut, or the last ones on a new log',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 400n,
        position: 1_001n,
      },
      ['anywhere 0-1001: 601, look 0-1001'],
    ],
    [
      'a log that is a new one for certain: what stands on it led up to where MM2 continues',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 400n,
        position: 1_001n,
        more: { targetRecreatedAt: 2 },
      },
      ['head 0-601: 601, look 0-601'],
    ],
    [
      'a new source topic: what follows the last sync of the old one may be of either',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 1_301n,
        position: 1_001n,
        more: { sourceRecreatedAt: 2 },
      },
      ['head 0-1001: 1001, look 0-1001'],
    ],
    [
      'a new source topic: also where all of it may be on the target',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 2_002n,
        position: 1_001n,
        more: { sourceRecreatedAt: 2 },
      },
      ['head 0-1001: 1001, look 0-1001'],
    ],
    [
      'a new source topic of which no old sync is known: nothing tells whose the target records are',
      { syncs: [], source: [0n, 55n], targetEnd: 9n, position: 19n, more: { sourceChanged: true } },
      ['head 0-19: 19, look 0-19'],
    ],
    [
      'and the first sync shows nothing of those before it',
      { syncs: [[28n, 28n, { newSource: true }]], source: [0n, 55n] },
      ['head 0-28: 28, look 0-28'],
    ],
    [
      'both logs end earlier than before: nothing of the new source topic is there',
      { syncs: [[27n, 27n]], source: [0n, 11n], targetEnd: 17n, position: 5n, more: { sourceEnd: 11n } },
      ['head 0-5: 5, look 0-5 = there'],
    ],
    [
      'nobody knows how far MM2 is',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 0n,
        position: null,
      },
      [],
    ],
  ])('where the logs are others: %s', (_, of, expected) => {
    expect(holes(of)).toEqual(expected);
  });
});

describe('how far the target covers the source', () => {
  test.each<[string, Case, bigint, bigint]>([
    [
      'to the newest sync',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
        ],
      },
      50n,
      101n,
    ],
    [
      'and behind it as far as the target goes',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
        ],
        source: [0n, 200n],
        targetEnd: 121n,
      },
      50n,
      121n,
    ],
    [
      'from directly behind it',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
        ],
      },
      101n,
      101n,
    ],
    [
      'not beyond',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
        ],
      },
      102n,
      102n,
    ],
    [
      'not into a stretch of which some are missing: no sync shows which',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
          [200n, 190n],
        ],
      },
      10n,
      10n,
    ],
    [
      'to such a stretch, from the sync in front of it',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
          [200n, 190n],
        ],
      },
      0n,
      1n,
    ],
    [
      'beyond it, once an audit has shown that none is missing',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n, { accounted: true }],
          [200n, 190n],
        ],
      },
      10n,
      201n,
    ],
    [
      'to the sync in front of a hole of which nothing is there',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
          [200n, 101n],
        ],
      },
      50n,
      101n,
    ],
    [
      'to the newest sync, where more arrived than offsets went by',
      {
        syncs: [
          [0n, 0n],
          [100n, 130n],
        ],
        source: [0n, 200n],
      },
      50n,
      101n,
    ],
    [
      'not in front of the first sync where nothing led up to it',
      {
        syncs: [
          [100n, 0n],
          [200n, 50n],
        ],
      },
      99n,
      99n,
    ],
    [
      'from behind a hole',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
          [200n, 190n],
        ],
      },
      100n,
      201n,
    ],
    [
      'not within one',
      {
        syncs: [
          [0n, 0n],
          [100n, 90n],
          [200n, 190n],
        ],
      },
      95n,
      95n,
    ],
    [
      'before the first sync as far as records led up to it',
      {
        syncs: [
          [250n, 50n],
          [300n, 100n],
        ],
      },
      200n,
      301n,
    ],
    [
      'and no farther',
      {
        syncs: [
          [250n, 50n],
          [300n, 100n],
        ],
      },
      199n,
      199n,
    ],
    [
      'what two runs brought together',
      {
        syncs: [
          [0n, 0n],
          [100n, 100n],
          [50n, 101n],
          [150n, 201n],
        ],
      },
      10n,
      151n,
    ],
    [
      'each run for itself where they do not meet',
      {
        syncs: [
          [200n, 0n],
          [300n, 100n],
          [0n, 101n],
          [100n, 201n],
        ],
      },
      10n,
      101n,
    ],
    [
      'the longer one where one lies within the other',
      {
        syncs: [
          [0n, 0n],
          [300n, 300n],
          [50n, 301n],
          [100n, 351n],
        ],
      },
      10n,
      301n,
    ],
    [
      'what stands on a new log of which no sync speaks',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 400n,
        position: 1_001n,
        more: { targetRecreatedAt: 2 },
      },
      700n,
      1_001n,
    ],
    [
      'nothing for certain of one that may have been cut',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 400n,
        position: 1_001n,
      },
      700n,
      700n,
    ],
    [
      'nothing of an empty one',
      {
        syncs: [
          [0n, 0n],
          [1_000n, 1_000n],
        ],
        source: [0n, 2_000n],
        targetEnd: 0n,
        position: 1_001n,
      },
      1_001n,
      1_001n,
    ],
  ])('%s', (_, of, offset, to) => {
    expect(coverage(of).coveredTo(offset)).toBe(to);
  });
});

describe('copies of records that a cut took off the source', () => {
  const CUT_OFF: CutOff = { at: 400n, reached: 600n, records: 200n, atLeast: 200n, noticedAt: 1_000 };
  const regrown: Case = {
    syncs: [[0n, 0n]],
    source: [0n, 700n],
    targetEnd: 500n,
    position: 500n,
    holeBehind: true,
    cutOffs: [CUT_OFF],
  };
  const since = (upstream: bigint, downstream: bigint, more: Partial<NewPoint> = {}): Case => ({
    ...regrown,
    syncs: [
      [0n, 0n],
      [upstream, downstream, { timestamp: 2_000n, hole: true, ...more }],
    ],
    targetEnd: downstream + 1n,
    position: upstream + 1n,
    holeBehind: false,
  });

  test('of two cuts count together, each at its place', () => {
    const later: CutOff = { at: 650n, reached: 680n, records: 30n, atLeast: 30n, noticedAt: 3_000 };
    const both = { ...since(600n, 600n), cutOffs: [CUT_OFF, later] };
    // The second cut came behind the newest sync: it leaves the hole of the first one as it is.
    const behind = { ...both, position: 660n, targetEnd: 660n, holeBehind: true };
    expect(holes({ ...since(600n, 600n) })).toEqual(['between 1-600: 200, look 400-600']);
    expect(holes(behind)).toEqual(['between 1-600: 200, look 400-600', 'behind 601-660: 59, look 601-660']);
    const unplaced = { ...later, noticedAt: 1_000 };
    expect(holes({ ...since(600n, 600n), cutOffs: [CUT_OFF, unplaced] })).toEqual(['between 1-600: 230, look 370-600']);
    const none = { ...regrown, syncs: [], cutOffs: [CUT_OFF, later] };
    expect(coverage(none).holes).toMatchObject([{ offsets: 230n }]);
  });

  test('cover nothing of what has grown there since', () => {
    // The log may have grown further before the cut: without a later sync, all may be copies of what it took.
    expect(holes(regrown)).toEqual(['behind 1-500: 499, look 1-500']);
    expect(coverage(regrown).coveredTo(0n)).toBe(1n);
    const { cutOffs: _, ...unnoticed } = regrown;
    expect(holes(unnoticed)).toEqual([]);
  });

  test('nor after MM2 has gone on behind them', () => {
    expect(holes(since(600n, 600n))).toEqual(['between 1-600: 200, look 400-600']);
    expect(holes(since(300n, 500n))).toEqual([]);
    expect(holes(since(0n, 500n))).toEqual([]);
  });

  test('are counted in one place: the last hole that was there when the cut was noticed', () => {
    // No sync shows where they are: MM2 may have passed over as many of the offsets that the source has again.
    const untold = since(600n, 600n, { hole: false });
    expect(coverage(untold).holes).toMatchObject([
      { kind: 'anywhere', from: 400n, until: 600n, offsets: 200n, least: 0n },
    ]);
    expect(coverage({ ...untold, position: 450n }).holes).toMatchObject([{ from: 400n, until: 450n, offsets: 50n }]);
    expect(holes({ ...untold, position: 400n })).toEqual([]);
    const before = since(600n, 600n);
    // A clock that is ahead hides which hole it is.
    expect(holes({ ...before, cutOffs: [{ ...CUT_OFF, noticedAt: -1 }] })).toEqual([
      'between 1-600: 200, look 400-600',
    ]);
    const syncs = [...before.syncs, [650n, 650n, { timestamp: 3_000n, hole: true }]] as Case['syncs'];
    const two = { ...before, syncs, targetEnd: 651n, position: 651n };
    expect(holes(two)).toEqual(['between 1-600: 200, look 400-600']);
    // A sync from behind the cut came after it, also if its time is that of the audit.
    expect(holes({ ...two, cutOffs: [{ ...CUT_OFF, noticedAt: 2_000 }] })).toEqual([
      'between 1-600: 200, look 400-600',
    ]);
  });

  test('are as many as an audit counted, if a later sync shows where they end', () => {
    const grown = { ...since(600n, 600n), source: [0n, 1_000n], targetEnd: 1_001n, position: 1_001n } as const;
    expect(holes(grown)).toEqual(['between 1-600: 200, look 400-600']);
  });

  test('change nothing of what is missing in another place', () => {
    const more = since(700n, 690n);
    const syncs = [more.syncs[0], [100n, 90n, { timestamp: 500n }], more.syncs[1]] as Case['syncs'];
    expect(coverage({ ...more, syncs, cutOffs: [{ ...CUT_OFF, atLeast: 50n }] }).holes).toMatchObject([
      { from: 1n, until: 100n, offsets: 10n },
      { from: 101n, until: 700n, offsets: 200n, least: 50n },
    ]);
    expect(coverage({ ...more, syncs, cutOffs: [{ ...CUT_OFF, atLeast: 50n }] }).holes[0]?.least ?? 10n).toBe(10n);
  });

  test('before the first sync leave the hole that the lengths show, if it is as large as what MM2 may have skipped', () => {
    const head = { ...since(700n, 700n), syncs: [[700n, 700n, { timestamp: 2_000n, hole: true }]] } as Case;
    expect(holes(head)).toEqual(['head 0-700: 200, look 0-200']);
  });

  test('do not show that MM2 noticed the cut, where the target has other records as well', () => {
    // 100 foreign records: the length alone says that MM2 went back and wrote half of them again.
    expect(coverage(since(700n, 800n)).holes).toMatchObject([
      { kind: 'between', from: 1n, until: 700n, offsets: 200n, least: 100n, isPlace: false },
    ]);
    expect(coverage(since(500n, 650n)).holes).toMatchObject([{ kind: 'between', offsets: 100n, least: 50n }]);
    const head: Case = {
      ...since(700n, 700n),
      syncs: [[700n, 800n, { timestamp: 2_000n, hole: true }]],
      targetEnd: 801n,
    };
    expect(coverage(head).holes).toMatchObject([
      { kind: 'head', from: 0n, until: 700n, offsets: 200n, least: 0n, isPlace: false, index: 0 },
    ]);
    expect(coverage({ ...head, source: [500n, 700n] }).holes).toMatchObject([{ from: 500n, offsets: 100n }]);
    expect(holes({ ...head, syncs: [[700n, 800n, { timestamp: 2_000n, hole: true, accounted: true }]] })).toEqual([]);
    expect(coverage(head).coveredTo(650n)).toBe(650n);
  });

  test('at most, as far as MM2 had not acknowledged them: the rest may be copies of present records', () => {
    const cutOffs = [{ ...CUT_OFF, atLeast: 50n }];
    expect(coverage({ ...regrown, cutOffs }).holes).toMatchObject([{ offsets: 499n, least: 50n, isPlace: false }]);
    expect(coverage({ ...since(600n, 600n), cutOffs }).holes).toMatchObject([{ offsets: 200n, least: 50n }]);
    const none = { ...regrown, syncs: [], cutOffs };
    expect(coverage(none).holes).toMatchObject([{ offsets: 200n, least: 50n }]);
  });

  test('more than was written since: the record of the sync has arrived', () => {
    expect(holes({ ...since(600n, 100n), cutOffs: [{ ...CUT_OFF, records: 150n, atLeast: 150n }] })).toEqual([
      'between 1-600: 599, look 1-600 = there',
    ]);
  });
});
