import { expect, test } from '@jest/globals';
import { withoutJumps } from '../../../../shared/domain/mirror/without-jumps.ts';

function left(...pairs: readonly (readonly [number, number])[]): number {
  const at = (index: number) => {
    const [upstream, downstream] = pairs[index] ?? [-1, -1];
    return { upstream: BigInt(upstream), downstream: BigInt(downstream) };
  };
  return withoutJumps({ at }, 0, pairs.length);
}

test.each<[string, number, readonly (readonly [number, number])[]]>([
  ['nothing is there', 0, []],
  [
    'MM2 never began again',
    3,
    [
      [0, 0],
      [10, 10],
      [30, 20],
    ],
  ],
  [
    'MM2 wrote all of it again',
    4,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [20, 31],
    ],
  ],
  [
    'MM2 jumped over a record whose sync is known',
    2,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [20, 21],
    ],
  ],
  [
    'MM2 jumped over records between two syncs in step',
    3,
    [
      [0, 0],
      [8, 8],
      [20, 20],
      [5, 21],
      [15, 30],
    ],
  ],
  [
    'the gap was there before as well',
    4,
    [
      [0, 0],
      [10, 5],
      [0, 6],
      [10, 11],
    ],
  ],
  [
    'the gap lies behind all that MM2 had written',
    5,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [10, 21],
      [50, 30],
    ],
  ],
  [
    'MM2 began again twice, and jumped the second time',
    4,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [10, 21],
      [0, 22],
      [10, 31],
    ],
  ],
  [
    'two runs show the same records, and each has fewer than the gap leaves out',
    6,
    [
      [0, 0],
      [10, 5],
      [0, 6],
      [10, 11],
      [0, 12],
      [10, 17],
    ],
  ],
])('where %s, %d syncs are left', (_, expected, pairs) => {
  expect(left(...pairs)).toBe(expected);
});
