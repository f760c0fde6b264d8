import { describe, expect, test } from '@jest/globals';
import { coverageOf } from '../../../../../shared/domain/mirror/coverage/coverage.ts';
import type { CutOff } from '../../../../../shared/domain/mirror/coverage/cut-off.ts';
import type { Hole } from '../../../../../shared/domain/mirror/coverage/hole.ts';
import type { MappingEvidence } from '../../../../../shared/domain/mirror/epoch.ts';
import { PartitionMapping } from '../../../../../shared/domain/mirror/mapping.ts';
import { type NewPoint, SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

interface Case {
  readonly syncs: readonly (readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>])[];
  readonly source: readonly [start: bigint, end: bigint];
  readonly targetEnd: bigint;
  /** Where MM2 goes on; null if nobody knows. */
  readonly position: bigint | null;
  readonly cutOffs?: readonly CutOff[];
  readonly more?: Partial<MappingEvidence>;
}

function coverage({ syncs, source: [start, end], targetEnd, position, cutOffs, more }: Case) {
  const points = syncs.map(([upstream, downstream, flags]) => ({ timestamp: 0n, upstream, downstream, ...flags }));
  const mapping = new PartitionMapping({
    history: SyncHistory.of(points),
    target: { start: 0n, end: targetEnd },
    ...more,
  });
  return coverageOf(mapping, { start, highWatermark: end, lastStableOffset: end }, position, cutOffs);
}

/** `kind from-until: most missing, at least …[ = there]`. */
const text = ({ kind, from, until, offsets, least = offsets, isPlace }: Hole) =>
  `${kind} ${from}-${until}: ${offsets}, at least ${least}${isPlace ? ' = there' : ''}`;
const holes = (of: Case): string[] => coverage(of).holes.map(text);

const CUT_OFF: CutOff = { at: 400n, reached: 600n, records: 200n, atLeast: 50n, noticedAt: 1_000 };
/** The target log has 500 records, and no sync speaks of them any longer. */
const UNTOLD: Case = { syncs: [], source: [0n, 700n], targetEnd: 500n, position: 500n, cutOffs: [CUT_OFF] };

describe('of a target log without syncs, after a cut of the source', () => {
  test.each<[string, Case, string[]]>([
    [
      'it may have copies of what the cut took: then as many present records are missing',
      UNTOLD,
      ['anywhere 0-500: 200, at least 50'],
    ],
    ['it has fewer records than the cut took', { ...UNTOLD, targetEnd: 150n }, ['head 0-500: 500, at least 350']],
    ['it has more records than MM2 has read', { ...UNTOLD, targetEnd: 900n }, []],
    ['nobody knows where MM2 goes on', { ...UNTOLD, position: null }, []],
  ])('%s', (_, of, expected) => expect(holes(of)).toEqual(expected));
});

describe('a cut of the source that no sync shows', () => {
  const passed: Case = {
    syncs: [
      [0n, 0n],
      [450n, 450n],
    ],
    source: [0n, 700n],
    targetEnd: 451n,
    position: null,
    cutOffs: [CUT_OFF],
  };
  test.each<[string, Case, string[]]>([
    ['MM2 may have passed over offsets from the cut to its newest sync', passed, ['anywhere 400-451: 51, at least 0']],
    [
      'its newest sync is before the cut',
      {
        ...passed,
        syncs: [
          [0n, 0n],
          [300n, 300n],
        ],
        targetEnd: 301n,
      },
      [],
    ],
    [
      'the source has deleted a part of them since',
      { ...passed, source: [420n, 700n] },
      ['anywhere 420-451: 31, at least 0'],
    ],
    ['the source has deleted all of them', { ...passed, source: [460n, 700n] }, []],
  ])('%s', (_, of, expected) => expect(holes(of)).toEqual(expected));
});

describe('MM2 began again', () => {
  const lacking: Case = {
    syncs: [
      [0n, 0n],
      [100n, 50n],
      [10n, 71n],
      [60n, 121n],
    ],
    source: [0n, 200n],
    targetEnd: 122n,
    position: 61n,
  };
  test.each<[string, Case, string[]]>([
    ['and wrote some of what was missing', lacking, ['between 1-100: 48, at least 0']],
    [
      'and wrote little of what was missing',
      {
        ...lacking,
        syncs: [
          [0n, 0n],
          [100n, 10n],
          [200n, 20n],
          [90n, 24n],
          [95n, 29n],
        ],
        targetEnd: 30n,
        position: 96n,
      },
      ['between 1-100: 90, at least 84', 'between 101-200: 90, at least 90'],
    ],
    [
      'and has no sync for the last records that it wrote before: they may be some of those that are missing',
      {
        ...lacking,
        syncs: [
          [0n, 0n],
          [50n, 50n],
          [40n, 54n],
          [100n, 60n],
        ],
        targetEnd: 61n,
        position: 101n,
      },
      ['between 51-100: 49, at least 41'],
    ],
    [
      'at the offset of its last sync, and has no sync for the last records that it wrote before',
      {
        ...lacking,
        syncs: [
          [0n, 0n],
          [50n, 50n],
          [50n, 54n],
          [100n, 60n],
        ],
        targetEnd: 61n,
        position: 101n,
      },
      ['between 51-100: 44, at least 41'],
    ],
    [
      'and the records for which it has no sync are behind all that is missing',
      {
        ...lacking,
        syncs: [
          [49n, 0n],
          [30n, 4n],
          [50n, 6n],
        ],
        targetEnd: 7n,
        position: 51n,
      },
      ['head 0-49: 48, at least 30', 'between 31-49: 18, at least 17'],
    ],
    [
      'and wrote some of what is missing in a stretch that the source holds only in part',
      {
        ...lacking,
        syncs: [
          [0n, 0n],
          [100n, 50n],
          [95n, 51n],
          [100n, 56n],
        ],
        source: [60n, 200n],
        targetEnd: 57n,
        position: 101n,
      },
      ['between 60-95: 35, at least 0'],
    ],
    [
      'right after its last sync',
      {
        ...lacking,
        syncs: [
          [0n, 0n],
          [100n, 50n],
          [10n, 51n],
          [60n, 101n],
        ],
        targetEnd: 102n,
      },
      ['between 1-100: 48, at least 0'],
    ],
    [
      'and all is there',
      {
        ...lacking,
        syncs: [
          [0n, 0n],
          [99n, 99n],
          [60n, 103n],
          [100n, 104n],
        ],
        targetEnd: 105n,
        position: 101n,
      },
      [],
    ],
  ])('%s', (_, of, expected) => expect(holes(of)).toEqual(expected));
});

describe('before the first sync of a source that was recreated', () => {
  const OTHER = { sourceRecreatedAt: 1 } as const;
  const recreated: Case = {
    syncs: [
      [900n, 100n],
      [50n, 120n],
      [80n, 150n],
    ],
    source: [0n, 81n],
    targetEnd: 151n,
    position: 81n,
    more: OTHER,
  };
  test.each<[string, Case, string[]]>([
    ['the target records may be of either topic', recreated, ['head 0-50: 50, at least 31']],
    [
      'the source has deleted some of its first records',
      { ...recreated, source: [30n, 81n] },
      ['head 30-50: 20, at least 1'],
    ],
    [
      'the source has deleted more of them than may be missing',
      { ...recreated, source: [35n, 81n] },
      ['head 35-50: 15, at least 0'],
    ],
    [
      'nothing of it is on the target, and the source has deleted the first records',
      { syncs: [[27n, 27n]], source: [3n, 11n], targetEnd: 17n, position: 5n, more: { sourceEnd: 11n } },
      ['head 3-5: 2, at least 2 = there'],
    ],
    [
      'no sync of the present topic: only what follows the last sync of the other one may be of it',
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
      ['head 0-1001: 1001, at least 701'],
    ],
    [
      'the target was recreated after it: its records are of the present topic',
      {
        ...recreated,
        syncs: [...recreated.syncs.slice(0, 2), [80n, 60n]],
        targetEnd: 61n,
        more: { sourceRecreatedAt: 1, targetRecreatedAt: 2 },
      },
      ['head 0-80: 20, at least 20'],
    ],
  ])('%s', (_, of, expected) => expect(holes(of)).toEqual(expected));
});

describe('a target log that was cut or replaced, where void syncs show 30 records that are not from the source', () => {
  const foreign: Case = {
    syncs: [
      [0n, 0n],
      [100n, 130n],
    ],
    source: [0n, 300n],
    targetEnd: 50n,
    position: 101n,
  };
  test.each<[string, Case, string[]]>([
    [
      'no sync is about the present log: as many of its records may be those',
      foreign,
      ['anywhere 0-101: 81, at least 51'],
    ],
    [
      'as many of the records before the first sync of the present log may be those',
      { ...foreign, syncs: [...foreign.syncs, [200n, 50n]], targetEnd: 51n, position: 201n },
      ['anywhere 0-200: 180, at least 150'],
    ],
  ])('%s', (_, of, expected) => expect(holes(of)).toEqual(expected));
});

describe('a cut of the target', () => {
  const hole = { hole: true } as const;
  /** MM2 had mirrored 100 records, and the target lost the last ten of them. */
  const cut = (upstream: bigint, downstream: bigint, more: Partial<Case> = {}): Case => ({
    syncs: [
      [0n, 0n],
      [89n, 89n],
      [upstream, downstream, hole],
    ],
    source: [0n, 200n],
    targetEnd: downstream + 1n,
    position: upstream + 1n,
    more: { targetCuts: [{ at: 90n, reached: 100n }] },
    ...more,
  });
  test.each<[string, Case, string[]]>([
    ['MM2 went on behind them', cut(100n, 90n), ['between 90-100: 10, at least 10 = there']],
    [
      'and wrote others again: they do not stand for the lost ones',
      cut(120n, 113n),
      ['between 90-120: 10, at least 7'],
    ],
    ['and as many again as were lost', cut(120n, 120n), ['between 90-120: 10, at least 0']],
    ['it began again with the first one', cut(90n, 90n), []],
    ['it began again further down', cut(80n, 90n), []],
    [
      'an audit found a copy of every record there',
      cut(120n, 120n, {
        syncs: [
          [0n, 0n],
          [89n, 89n],
          [120n, 120n, { ...hole, accounted: true }],
        ],
      }),
      [],
    ],
    [
      'another producer wrote there, and MM2 has written no sync since',
      cut(100n, 90n, {
        syncs: [
          [0n, 0n],
          [89n, 89n],
        ],
        targetEnd: 98n,
        position: 100n,
      }),
      ['behind 90-100: 10, at least 2'],
    ],
    [
      'another producer wrote there, and MM2 went on behind it without a sync',
      cut(100n, 90n, {
        syncs: [
          [0n, 0n],
          [89n, 89n],
        ],
        targetEnd: 118n,
        position: 120n,
      }),
      ['behind 90-120: 10, at least 2'],
    ],
    [
      'a deeper cut took the place of an earlier one along',
      cut(140n, 140n, {
        more: {
          targetCuts: [
            { at: 110n, reached: 120n },
            { at: 90n, reached: 115n },
          ],
        },
      }),
      ['between 90-140: 35, at least 0'],
    ],
    [
      'a later cut is further up',
      cut(120n, 120n, {
        syncs: [
          [0n, 0n],
          [89n, 89n],
          [99n, 90n, hole],
          [119n, 110n],
          [150n, 112n, hole],
        ],
        position: 151n,
        targetEnd: 113n,
        more: {
          targetCuts: [
            { at: 90n, reached: 99n },
            { at: 111n, reached: 140n },
          ],
        },
      }),
      ['between 90-99: 9, at least 9 = there', 'between 120-150: 29, at least 29'],
    ],
  ])('%s', (_, of, expected) => expect(holes(of)).toEqual(expected));
});
