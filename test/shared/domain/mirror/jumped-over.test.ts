import { describe, expect, test } from '@jest/globals';
import { mostWritten } from '../../../../shared/domain/mirror/earlier-runs.ts';
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

describe('how many records of a range MM2 may have written before it began again', () => {
  const runs = [
    [0n, 0n],
    [10n, 10n],
    [50n, 20n],
    // Five records followed, of any offsets.
    [5n, 26n],
    [20n, 30n],
    [5n, 31n],
  ];
  const syncs = {
    pair: (index: number) => {
      const [upstream = 0n, downstream = 0n] = runs[index] ?? [];
      return { upstream, downstream };
    },
  };

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
});
