import { describe, expect, test } from '@jest/globals';
import {
  deletedBeforeMirrored,
  surelyDeletedBefore,
} from '../../../../shared/domain/judge/findings/missing-findings.ts';
import { missingStretches } from '../../../../shared/domain/judge/missing-stretches.ts';
import { type PartitionState, partitionState } from '../../../../shared/domain/judge/partition-state.ts';
import { type HoleLook, holeKey, type RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import type { Hole } from '../../../../shared/domain/mirror/coverage/hole.ts';
import type { Replication } from '../../../../shared/domain/mirror/replication.ts';
import { peek, record } from './case-parts.ts';
import type { PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';
import { onePartition, type Syncs } from './one-partition.ts';

/** A partition whose logs begin at `start` and `targetStart`, mirrored to its end. */
function mirrored(start: bigint, syncs: Syncs, targetStart: bigint, records: RecordEvidence): PartitionState {
  const { observation, topic } = onePartition({ syncs, sourceStart: start, targetStart });
  return partitionState(observation, topic, 0, records);
}

function lost(start: bigint, syncs: Syncs): bigint {
  return deletedBeforeMirrored(mirrored(start, syncs, 0n, {}));
}

test('a jump of the mirror to exactly where the log begins tells of records deleted before it', () => {
  expect(
    lost(600n, [
      [0n, 0n],
      [299n, 299n],
      [600n, 300n],
      [699n, 399n],
    ]),
  ).toBe(300n);
});

test('retention that cuts a transactional topic behind a marker has lost nothing', () => {
  // Each transaction leaves an offset that is not mirrored, and each log segment begins behind one of them.
  expect(
    lost(52n, [
      [0n, 0n],
      [26n, 25n],
      [52n, 50n],
      [78n, 75n],
    ]),
  ).toBe(0n);
  expect(
    lost(26n, [
      [0n, 0n],
      [26n, 25n],
    ]),
  ).toBe(0n);
});

test('one gap among the many of a compacted topic is no loss', () => {
  expect(
    lost(300n, [
      [0n, 0n],
      [100n, 20n],
      [300n, 60n],
      [900n, 200n],
    ]),
  ).toBe(0n);
});

/** What a look at the source from its begin to the first sync found. */
function headLook(until: bigint): RecordEvidence {
  const record = { offset: 0n, timestamp: 1n, key: null, value: null, headers: [] };
  const peek = { record, scannedTo: 1n, abortedTransactions: [] };
  return { holes: new Map([[`head 0-${until}`, { kind: 'peeked', peek }]]) };
}

test('a mirror that began behind the first records has passed them over', () => {
  const syncs = [
    [250n, 0n],
    [351n, 101n],
  ] as const;
  expect(mirrored(0n, syncs, 0n, headLook(250n)).missing).toMatchObject([
    { hole: { kind: 'head' }, records: 250n, certain: true },
  ]);
  // Until somebody has looked, nothing is certain, and the bound stands.
  expect(mirrored(0n, syncs, 0n, {}).missing).toMatchObject([{ records: 250n, certain: false }]);
});

test('a head that was mirrored and has expired on the target since is not one that was never mirrored', () => {
  // The first syncs were lost to compaction of their topic.
  const syncs = [
    [100n, 100n],
    [201n, 201n],
  ] as const;
  expect(mirrored(0n, syncs, 150n, headLook(100n)).missing).toEqual([]);
});

describe('a hole of which only a part lacks a counterpart for certain', () => {
  const place = { from: 10n, until: 20n };
  const hole: Hole = { kind: 'between', ...place, offsets: 10n, least: 4n, look: place, isPlace: true, index: 1 };
  const missing = (look: HoleLook | undefined, doubted = false) =>
    missingStretches(
      { holes: [hole] } as unknown as Replication,
      { holes: new Map(look === undefined ? [] : [[holeKey(hole), look]]) },
      doubted,
    );

  test.each<[string, HoleLook | undefined, bigint, bigint]>([
    ['nobody looked', undefined, 10n, 0n],
    ['eight records: two of them are missing for certain', { kind: 'counted', records: 8n, since: null }, 8n, 2n],
    ['fewer than may have a counterpart', { kind: 'counted', records: 5n, since: null }, 5n, 0n],
    ['a record at its third offset', { kind: 'peeked', peek: peek(record(12n, 1)) }, 8n, 2n],
    ['a record near its end', { kind: 'peeked', peek: peek(record(18n, 1)) }, 2n, 0n],
    ['the look did not come to its end', { kind: 'peeked', peek: peek(null, 15n) }, 10n, 0n],
  ])('%s', (_, look, records, atLeast) => {
    expect(missing(look)).toEqual([{ hole, records, certain: atLeast > 0n, atLeast }]);
    expect(missing(look, true)).toEqual([{ hole, records, certain: false, atLeast: 0n }]);
  });

  test('no record is in it: nothing is missing', () => {
    expect(missing({ kind: 'peeked', peek: peek(null, 20n) })).toEqual([]);
    expect(missing({ kind: 'counted', records: 0n, since: null })).toEqual([]);
  });
});

describe('of the records that were deleted before MM2 acknowledged them, it cannot have mirrored', () => {
  test.each<[string, PartitionCase, bigint]>([
    ['any, where the target ends at the newest sync', { source: [1_061n, 1_200n] }, 60n],
    [
      'those for which the target has room, where no sync is about it',
      { source: [1_061n, 1_200n], target: [0n, 10n] },
      50n,
    ],
    [
      'those for which the target has room, once, where what MM2 wrote behind the newest sync is in doubt',
      { source: [1_061n, 1_200n], target: [0n, 1_011n], records: { reckoning: 'refuted' } },
      50n,
    ],
    [
      'those that it may have written before it began again',
      {
        syncs: [
          [0n, 0n],
          [99n, 99n],
          [50n, 150n],
          [1_000n, 1_100n],
        ],
        source: [1_061n, 1_200n],
        target: [0n, 1_101n],
      },
      10n,
    ],
    [
      'any, where it began again right behind its last sync',
      {
        syncs: [
          [0n, 0n],
          [99n, 99n],
          [50n, 100n],
          [1_000n, 1_050n],
        ],
        source: [1_061n, 1_200n],
        target: [0n, 1_051n],
      },
      60n,
    ],
  ])('%s', (_, partition, records) => {
    const [state] = flowCase({ partition, groups: [] }).states;
    expect(state === undefined ? null : surelyDeletedBefore(state)).toBe(records);
  });
});
