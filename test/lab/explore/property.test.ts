import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { property } from '../../../lab/explore/property.ts';

/** Does not hold for any list with a number above 10, and judges no list without a number. */
const smallNumbers = (examples?: readonly (readonly number[])[]) =>
  property<readonly number[]>({
    name: 'small-numbers',
    values: fc.array(fc.nat({ max: 100 })),
    holds: (numbers, count) => {
      fc.pre(numbers.length > 0);
      count('judged');
      count('numbers', numbers.length);
      if (numbers.some((n) => n > 10)) throw new Error('a large one\nand more to tell');
    },
    ...(examples === undefined ? {} : { examples }),
  });
const holding = property({
  name: 'holding',
  values: fc.nat(),
  holds: (_, count) => count('judged'),
});

describe('a property', () => {
  test('GIVEN a value for which it does not hold THEN a search finds it shrunk, and seed and path draw it again', () => {
    const { found } = smallNumbers().search(7, 10_000);
    expect(found).toMatchObject({ seed: 7, literal: '[11]', error: 'a large one\nand more to tell' });
    const again = smallNumbers().reproduce(7, found?.path ?? '');
    expect(again).toEqual({ runs: 1, found });
    expect(smallNumbers().search(7, 10_000)).toEqual(smallNumbers().search(7, 10_000));
  });

  test('GIVEN such a value THEN the suite fails with it', () => {
    expect(() => smallNumbers().assert(100)).toThrow('Counterexample: [[11]]');
  });

  test('GIVEN a known counterexample that does not hold THEN suite and replay name it, before anything is drawn', () => {
    const known = smallNumbers([
      [1, 3],
      [5, 14],
    ]);
    expect(known.replay()).toEqual({ runs: 2, found: expect.objectContaining({ path: null, literal: '[5,14]' }) });
    expect(() => known.assert(2)).toThrow('Property failed after 2 tests');
    expect(smallNumbers([[1, 3], [5]]).replay()).toEqual({ runs: 2, found: null });
  });

  test('GIVEN one that holds THEN a search ends with its time, and the suite counts what was judged', () => {
    const { runs, found } = holding.search(1, 50);
    expect(found).toBeNull();
    expect(runs).toBeGreaterThan(1);
    expect(holding.assert(300)).toEqual({ judged: 300 });
  });
});
