import { expect, test } from '@jest/globals';
import { withoutJumps } from '../../../../shared/domain/mirror/without-jumps.ts';

function left(...pairs: readonly (readonly [number, number])[]): number {
  const pair = (index: number) => {
    const [upstream, downstream] = pairs[index] ?? [-1, -1];
    return { upstream: BigInt(upstream), downstream: BigInt(downstream) };
  };
  return withoutJumps({ pair }, 0, pairs.length);
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
  [
    'two runs show the same records, and each has no more than the gap leaves room for',
    8,
    [
      [0, 0],
      [4, 4],
      [20, 10],
      [0, 11],
      [4, 15],
      [20, 21],
      [0, 22],
      [20, 27],
    ],
  ],
  [
    'MM2 began again at the last record of a run: it counts once',
    6,
    [
      [0, 0],
      [4, 4],
      [4, 5],
      [20, 11],
      [0, 12],
      [20, 17],
    ],
  ],
  [
    'the gap leaves room for all records that were there before',
    5,
    [
      [0, 0],
      [5, 5],
      [20, 8],
      [0, 9],
      [20, 15],
    ],
  ],
  [
    'the first known sync is the furthest, and MM2 jumped over its record',
    1,
    [
      [20, 20],
      [15, 21],
      [30, 22],
    ],
  ],
  [
    'MM2 began again twice at the same offset, and jumped the second time',
    3,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [0, 12],
      [20, 13],
    ],
  ],
  [
    'MM2 jumped farther on, before it was back where it had been',
    2,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [5, 16],
      [20, 17],
    ],
  ],
  [
    'MM2 began again below where it was, before it jumped',
    4,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [5, 16],
      [0, 17],
      [10, 18],
    ],
  ],
  [
    'MM2 began again where it was, before it jumped',
    4,
    [
      [0, 0],
      [10, 10],
      [0, 11],
      [5, 16],
      [5, 17],
      [10, 18],
    ],
  ],
])('where %s, %d syncs are left', (_, expected, pairs) => {
  expect(left(...pairs)).toBe(expected);
});
