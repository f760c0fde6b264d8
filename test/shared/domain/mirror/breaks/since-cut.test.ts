import { describe, expect, test } from '@jest/globals';
import { sinceCutOf } from '../../../../../shared/domain/mirror/breaks/since-cut.ts';

type Found = 'same' | 'different' | 'unknown';

/** By one letter for each sync, in order. */
function shownBy(letters: string) {
  const kinds: Readonly<Record<string, Found>> = { s: 'same', d: 'different', u: 'unknown' };
  return sinceCutOf(new Map([...letters].map((letter, index) => [index, kinds[letter] ?? 'unknown'])));
}

describe('what comparing records behind a cut shows', () => {
  test.each([
    ['nothing, where none was compared', '', null],
    ['nothing, where none is the same: a transform may have changed them all', 'ddu', null],
    ['MM2 wrote them all after the cut', 'sss', { different: null, same: 0, later: [] }],
    ['MM2 wrote the first of them before the cut', 'dds', { different: 1, same: 2, later: [] }],
    ['what is unknown between the two is on neither side', 'dus', { different: 0, same: 2, later: [] }],
    ['a later cut took the last of them', 'ssd', { different: null, same: 0, later: [{ last: 1, next: null }] }],
    ['a later cut took some, and MM2 went on', 'sddus', { different: null, same: 0, later: [{ last: 0, next: 4 }] }],
    [
      'several later cuts',
      'dsdsd',
      {
        different: 0,
        same: 1,
        later: [
          { last: 1, next: 3 },
          { last: 3, next: null },
        ],
      },
    ],
  ])('%s', (_, letters, expected) => {
    expect(shownBy(letters)).toEqual(expected);
  });
});
