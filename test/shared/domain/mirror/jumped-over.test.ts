import { describe, expect, test } from '@jest/globals';
import { begunAgain, mostWritten } from '../../../../shared/domain/mirror/earlier-runs.ts';
import { firstBeforeJump } from '../../../../shared/domain/mirror/jumped-over.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import type { PartitionCase } from '../judge/case-shapes.ts';
import { landing } from '../judge/printed-groups.ts';

/** `[position, high, proof]` of a group on the partition. */
function at(partition: PartitionCase, committed: bigint) {
  const { position, high, proof } = landing(partition, committed);
  return [position, high, proof];
}

describe('MM2 began again at 0, wrote two records and skipped 1 to 27: before that it may have written 21', () => {
  const partition: PartitionCase = {
    syncs: [
      [0n, 0n],
      [0n, 21n],
      [28n, 23n],
    ],
    source: [28n, 56n],
    target: [0n, 51n],
  };

  test('a group that has not read them continues where the first copies are', () => {
    expect(at(partition, 0n)).toEqual([0n, 21n, 'conservative']);
    expect(at(partition, 2n)).toEqual([1n, 23n, 'conservative']);
    expect(at(partition, 27n)).toEqual([1n, 23n, 'conservative']);
  });

  test('a group that is past them continues where the syncs say', () => {
    expect(at(partition, 28n)).toEqual([23n, 23n, 'exact']);
  });

  test('it skipped nothing WHEN what the source has there is known to hold no record', () => {
    const syncs = [
      [0n, 0n],
      [0n, 21n],
      [28n, 23n, { accounted: true }],
    ] as const;
    expect(at({ ...partition, syncs }, 0n)).toEqual([21n, 21n, 'exact']);
  });

  test('and what it wrote before had the same gap', () => {
    const syncs = [
      [0n, 0n],
      [28n, 2n],
      [0n, 3n],
      [28n, 5n],
    ] as const;
    expect(at({ ...partition, syncs, target: [0n, 33n] }, 0n)).toEqual([3n, 3n, 'exact']);
  });
});

type Pair = readonly [upstream: bigint, downstream: bigint];

function pairsOf(...pairs: Pair[]) {
  return {
    length: pairs.length,
    pair: (index: number) => {
      const [upstream = 0n, downstream = 0n] = pairs[index] ?? [];
      return { upstream, downstream };
    },
  };
}

describe('how many records of a range MM2 may have written before it began again', () => {
  const runs: Pair[] = [
    [0n, 0n],
    [10n, 10n],
    [50n, 20n],
    // Five records followed, of any offsets.
    [5n, 26n],
    [20n, 30n],
    [5n, 31n],
  ];
  const syncs = pairsOf(...runs);

  test.each<[number, bigint, bigint, bigint]>([
    [3, 0n, 10n, 10n],
    [3, 10n, 50n, 10n],
    [3, 11n, 14n, 3n],
    [3, 51n, 100n, 5n],
    [3, 40n, 100n, 15n],
    // The second run wrote fewer.
    [5, 6n, 20n, 14n],
    [5, 21n, 25n, 4n],
  ])('before sync %s, from %s to %s: %s', (before, from, until, records) => {
    expect(mostWritten(syncs, 0, before, { from, until })).toBe(records);
  });

  test('what it wrote after that does not count', () => {
    const skipped = pairsOf([0n, 0n], [9n, 1n], [5n, 20n], [8n, 23n]);
    expect(mostWritten(skipped, 0, 2, { from: 6n, until: 8n })).toBe(0n);
  });

  test('it began again at the newest sync that goes back', () => {
    expect([2, 3, 4, 5].map((index) => begunAgain(syncs, 0, index))).toEqual([null, 3, 3, 5]);
    expect(begunAgain(syncs, 3, 4)).toBeNull();
    const still = pairsOf([4n, 0n], [4n, 1n]);
    expect(begunAgain(still, 0, 1)).toBe(1);
  });
});

describe('where the records from an offset on begin that MM2 may have written before it began again', () => {
  /** @param index of the sync before the offset */
  function first(pairs: readonly Pair[], index: number, upstream: bigint): bigint | null {
    const history = SyncHistory.of(pairs.map(([up, down]) => ({ timestamp: 1n, upstream: up, downstream: down })));
    return firstBeforeJump(new PartitionMapping({ history, target: { start: 0n, end: 1_000n } }), index, upstream);
  }
  /** It began again at sync 3, and jumped from 5 to 60. */
  const JUMPED: Pair[] = [
    [0n, 0n],
    [10n, 5n],
    [20n, 15n],
    [5n, 26n],
    [60n, 27n],
  ];

  test.each<[string, bigint, bigint]>([
    ['behind a sync after which some were left out: anywhere after it', 6n, 1n],
    ['at a sync', 10n, 5n],
    ['behind a sync after which none was left out: as far behind it', 12n, 7n],
    ['at the last sync before it began again', 20n, 15n],
    ['behind that: anywhere after it', 22n, 16n],
  ])('%s', (_, upstream, expected) => {
    expect(first(JUMPED, 3, upstream)).toBe(expected);
  });

  test('a later sync of the same run does not place what is before it', () => {
    // Counted back from 10, the offset 4 would be in front of the log.
    const begun: Pair[] = [...JUMPED.slice(0, 3), [3n, 26n], [60n, 27n]];
    expect(first(begun, 3, 4n)).toBe(1n);
  });

  test('at the floor of the mapping, if all earlier syncs are behind the offset', () => {
    const behind: Pair[] = [
      [10n, 0n],
      [50n, 20n],
      [5n, 26n],
      [60n, 27n],
    ];
    expect(first(behind, 2, 6n)).toBe(0n);
  });

  test('in the first of several runs that may have written them', () => {
    const runs: Pair[] = [
      [0n, 0n],
      [10n, 10n],
      [0n, 20n],
      [10n, 30n],
      [5n, 40n],
      [60n, 41n],
    ];
    expect(first(runs, 4, 6n)).toBe(6n);
  });

  test('the jump may come at a later sync, and the records between count as what the group has not read', () => {
    const later: Pair[] = [
      [0n, 0n],
      [9n, 1n],
      [20n, 12n],
      [5n, 20n],
      [8n, 23n],
      // It skipped 9, which the first run wrote.
      [10n, 24n],
      [20n, 34n],
    ];
    expect(first(later, 3, 6n)).toBe(1n);
    expect(first(later, 5, 11n)).toBeNull();
  });

  test('nowhere, if it began again behind the offset: that run decides', () => {
    const again = (upstream: bigint): Pair[] => [...JUMPED.slice(0, 4), [8n, 29n], [upstream, 33n], [70n, 34n]];
    expect(first(again(2n), 4, 9n)).toBeNull();
    expect(first(again(8n), 4, 9n)).toBeNull();
  });

  test('nowhere, if it never began again', () => {
    expect(first(JUMPED.slice(0, 3), 1, 12n)).toBeNull();
  });
});
