import { describe, expect, test } from '@jest/globals';
import { addSync, type NewPoint, SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';

type Point = readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint>];

const point = ([upstream, downstream, more]: Point): NewPoint => ({ timestamp: 5n, upstream, downstream, ...more });
const of = (...points: readonly Point[]) => SyncHistory.of(points.map(point));

/** `up→down`, with `!` where accounted, `*` where compared. */
function told(history: SyncHistory): string {
  return Array.from({ length: history.length }, (_, i) => {
    const { upstream, downstream, accounted, compared } = history.at(i);
    return `${upstream}→${downstream}${accounted ? '!' : ''}${compared ? '*' : ''}`;
  }).join(' ');
}

describe('a point put among others', () => {
  test.each([
    [0, '5→5 10→10 20→20 30→30'],
    [1, '10→10 5→5 20→20 30→30'],
    [2, '10→10 20→20 5→5 30→30'],
    [3, '10→10 20→20 30→30 5→5'],
  ])('at %s', (index, expected) => {
    const history = of([10n, 10n], [20n, 20n, { hole: true }], [30n, 30n]);
    history.insert(index, point([5n, 5n, { compared: true }]));
    expect(told(history).replace('*', '')).toBe(expected);
    expect(history.isCompared(index)).toBe(true);
    const holes = [0, 1, 2, 3].filter((at) => history.breaksBefore(at, 'hole'));
    expect(holes).toEqual([index <= 1 ? 2 : 1]);
  });

  test('behind the end is refused', () => {
    const history = of([10n, 10n]);
    expect(() => history.insert(2, point([5n, 5n]))).toThrow(new RangeError('no place 2 among 1 syncs'));
    expect(told(history)).toBe('10→10');
  });

  test('does not take what waits for the next one', () => {
    const history = of([10n, 10n]);
    history.breakBeforeNext('hole');
    history.insert(1, point([20n, 20n]));
    expect([history.breaksBefore(1, 'hole'), history.breaksBeforeNext('hole')]).toEqual([false, true]);
  });

  test('is not seen by a copy', () => {
    const history = of([10n, 10n], [30n, 30n]);
    const copy = history.copy();
    history.insert(1, point([20n, 20n]));
    expect([told(history), told(copy)]).toEqual(['10→10 20→20 30→30', '10→10 30→30']);
  });
});

describe('points that are kept', () => {
  test('have before them what broke before those that are left out', () => {
    const history = of([10n, 10n], [20n, 20n, { newTarget: true }], [30n, 30n], [40n, 40n, { newSource: true }]);
    history.keep([0, 2]);
    expect([history.breaksBefore(1, 'newTarget'), history.breaksBefore(1, 'newSource')]).toEqual([true, false]);
    expect([history.breaksBeforeNext('newTarget'), history.breaksBeforeNext('newSource')]).toEqual([false, true]);
  });

  test('have nothing to do with those that were dropped before', () => {
    const history = of([10n, 10n], [20n, 20n], [30n, 30n, { newSource: true }]);
    history.truncate(2);
    history.keep([0, 1]);
    expect(history.breaksBeforeNext('newSource')).toBe(false);
  });
});

describe('stretches without counterpart that are accounted for', () => {
  test('are marked, one by one, and not in a copy', () => {
    const history = of([10n, 10n], [20n, 11n], [30n, 12n]);
    const copy = history.copy();
    history.account(1);
    expect([told(history), told(copy)]).toEqual(['10→10 20→11! 30→12', '10→10 20→11 30→12']);
    history.breakAt(1, 'hole');
    history.account(2);
    expect([told(history), history.breaksBefore(1, 'hole')]).toEqual(['10→10 20→11! 30→12!', true]);
    expect(() => history.account(3)).toThrow(RangeError);
    expect(() => history.isAccounted(3)).toThrow(RangeError);
  });

  test('are marked beside what broke in front of the point', () => {
    const history = of([10n, 10n], [20n, 11n, { hole: true }]);
    history.account(1);
    expect([told(history), history.breaksBefore(1, 'hole')]).toEqual(['10→10 20→11!', true]);
  });

  test('a point that reaches farther back stays so where nothing is without counterpart, and only there', () => {
    const kept = (between: Point) => {
      const history = of([10n, 10n], between, [40n, 32n, { accounted: true }]);
      history.keep([0, 2]);
      return told(history);
    };
    expect(kept([20n, 20n])).toBe('10→10 40→32!');
    expect(kept([20n, 11n])).toBe('10→10 40→32');
  });

  test('a point that reaches farther back is accounted for only where all of it is', () => {
    const kept = (points: readonly Point[], ...indexes: number[]) => {
      const history = of(...points);
      history.keep(indexes);
      return told(history);
    };
    const yes = { accounted: true };
    expect(
      kept(
        [
          [0n, 0n],
          [20n, 10n, yes],
          [40n, 20n, yes],
        ],
        0,
        2,
      ),
    ).toBe('0→0 40→20!');
    expect(
      kept(
        [
          [0n, 0n],
          [20n, 10n],
          [40n, 20n, yes],
        ],
        0,
        2,
      ),
    ).toBe('0→0 40→20');
    // Nothing is absent between 0 and 20.
    expect(
      kept(
        [
          [0n, 0n],
          [20n, 20n],
          [40n, 30n, yes],
        ],
        0,
        2,
      ),
    ).toBe('0→0 40→30!');
    expect(
      kept(
        [
          [0n, 0n],
          [20n, 25n],
          [40n, 35n, yes],
        ],
        0,
        2,
      ),
    ).toBe('0→0 40→35!');
    // Of what lies before the first nobody knows how much is absent.
    expect(
      kept(
        [
          [0n, 0n],
          [20n, 10n, yes],
        ],
        1,
      ),
    ).toBe('20→10');
    expect(
      kept(
        [
          [0n, 0n, yes],
          [20n, 10n, yes],
        ],
        1,
      ),
    ).toBe('20→10!');
    expect(
      kept(
        [
          [0n, 0n],
          [20n, 10n],
          [40n, 20n, yes],
          [60n, 30n, yes],
        ],
        0,
        2,
        3,
      ),
    ).toBe('0→0 40→20 60→30!');
  });
});

describe('syncs that are read behind pairs that comparing showed', () => {
  const compared = { compared: true };
  test.each<[string, readonly Point[], Point, string]>([
    [
      'rises from it',
      [
        [0n, 0n],
        [50n, 50n, compared],
      ],
      [60n, 60n],
      '0→0 50→50* 60→60',
    ],
    [
      'of the same source offset',
      [
        [0n, 0n],
        [50n, 50n, compared],
      ],
      [50n, 60n],
      '0→0 50→60',
    ],
    [
      'of the same target offset',
      [
        [0n, 0n],
        [50n, 50n, compared],
      ],
      [60n, 50n],
      '0→0 60→50',
    ],
    [
      'before it on the source',
      [
        [0n, 0n],
        [50n, 50n, compared],
      ],
      [40n, 60n],
      '0→0 40→60',
    ],
    [
      'before it on the target',
      [
        [0n, 0n],
        [50n, 50n, compared],
      ],
      [60n, 40n],
      '0→0 60→40',
    ],
    [
      'before some of them',
      [
        [0n, 0n],
        [50n, 50n, compared],
        [70n, 70n, compared],
      ],
      [60n, 60n],
      '0→0 50→50* 60→60',
    ],
    [
      'before all of them',
      [
        [0n, 0n],
        [50n, 50n, compared],
        [70n, 70n, compared],
      ],
      [40n, 40n],
      '0→0 40→40',
    ],
    ['before the only one', [[50n, 50n, compared]], [40n, 40n], '40→40'],
    [
      'before one of MM2 itself, which stays',
      [
        [0n, 0n],
        [50n, 50n],
      ],
      [40n, 60n],
      '0→0 50→50 40→60',
    ],
    [
      'before a pair that one of MM2 follows',
      [
        [50n, 50n, compared],
        [60n, 60n],
      ],
      [40n, 70n],
      '50→50* 60→60 40→70',
    ],
    ['none there', [], [40n, 40n], '40→40'],
  ])('%s', (_, points, sync, expected) => {
    const history = of(...points);
    addSync(history, point(sync));
    expect(told(history)).toBe(expected);
  });
});

describe('histories beside each other', () => {
  test('differ by each part of a point, by length, and by what waits for the next', () => {
    const plain = of([1n, 2n], [3n, 4n]);
    expect(plain.equals(of([1n, 2n], [3n, 4n]))).toBe(true);
    for (const other of [
      of([1n, 2n], [9n, 4n]),
      of([1n, 2n], [3n, 9n]),
      of([1n, 2n], [3n, 4n, { timestamp: 9n }]),
      of([1n, 2n], [3n, 4n, { hole: true }]),
      of([1n, 2n], [3n, 4n, { compared: true }]),
    ]) {
      expect([plain.equals(other), plain.commonLength(other), plain.samePoint(1, other)]).toEqual([false, 1, false]);
      expect(plain.samePoint(0, other)).toBe(true);
    }
    const longer = of([1n, 2n], [3n, 4n], [5n, 6n]);
    expect([plain.equals(longer), longer.equals(plain), plain.commonLength(longer)]).toEqual([false, false, 2]);
    const shared = longer.copy();
    shared.truncate(2);
    expect([longer.commonLength(shared), longer.equals(shared), shared.equals(plain)]).toEqual([2, false, true]);
    const pending = plain.copy();
    pending.breakBeforeNext('hole');
    expect([plain.equals(pending), pending.equals(plain)]).toEqual([false, false]);
    expect(longer.samePoint(0, of([9n, 9n], [1n, 2n]), 1)).toBe(true);
  });

  test('no point outside is looked at', () => {
    const one = of([1n, 2n]);
    for (const look of [
      () => one.flags(1),
      () => one.breaksBefore(1, 'hole'),
      () => one.isCompared(-1),
      () => one.isAccounted(1),
      () => one.upstream(Number.NaN),
      () => one.replace(1, one.at(0)),
    ]) {
      expect(look).toThrow(RangeError);
    }
    expect(() => one.upstream(1)).toThrow('no sync 1 among 1');
    expect(() => one.keep([0, 0])).toThrow('indexes of points to keep have to rise');
  });

  test('a break of a point in a copy is not seen by the other', () => {
    const history = of([1n, 2n], [3n, 4n]);
    const copy = history.copy();
    copy.breakAt(1, 'newSource');
    copy.replace(0, point([7n, 8n]));
    expect([history.breaksBefore(1, 'newSource'), told(history)]).toEqual([false, '1→2 3→4']);
    const kept = history.copy();
    kept.keep([1]);
    expect([told(kept), told(history)]).toEqual(['3→4', '1→2 3→4']);
  });
});
