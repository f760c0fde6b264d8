import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CopyMatcher } from '../../../../shared/domain/compare/copy-matcher.ts';
import type { DigestedRecord } from '../../../../shared/domain/compare/digested-record.ts';
import { propertyRuns } from '../../../property-runs.ts';
import { stretch } from './letters.ts';

/** The source in letters, with a dash for each record that has no copy and a question mark for each that may have one. */
function said(source: string, target: string, fromBegin = true): string {
  const { records } = stretch(source);
  const matcher = new CopyMatcher(records, fromBegin);
  for (const [ordinal, record] of stretch(target).records.entries()) matcher.visit(record, ordinal);
  matcher.finish();
  return records
    .map((record, i) => (matcher.copyOf(i) !== null ? record.content : matcher.isUncertain(i) ? '?' : '-'))
    .join('');
}

describe('which source records have a copy', () => {
  test.each([
    ['all of them', 'abcdef', 'abcdef', 'abcdef'],
    ['the tail never came', 'abcdef', 'abc', 'abc---'],
    ['a hole in the middle', 'abcdef', 'abef', 'ab--ef'],
    ['MM2 began again and wrote records twice', 'abcdef', 'abcabcd', 'abcd--'],
    ['records of another producer between copies', 'abcdef', 'xabyzc', 'abc---'],
    ['equal records, all copied', 'aabbaa', 'aabbaa', 'aabbaa'],
    ['equal records at the end never came', 'abxxx', 'abx', 'abx--'],
    [
      'equal records around a hole: the copy stands before the record that follows the last one',
      'axbxc',
      'axc',
      'ax--c',
    ],
    ['an equal record that only its right neighbour places', 'abxcxd', 'axd', 'a---xd'],
    ['nothing but equal records, from the begin of both logs', 'xxxxx', 'xxx', 'xxx--'],
    ['equal content of another time is another record', 'a1a2a3', 'a1a3', 'a-a'],
    ['no record came', 'abc', '', '---'],
    ['headers that a transform changed', 'abc', 'AB', 'ab-'],
    ['equal but for the headers: the one with the same headers', 'aA', 'A', '-A'],
  ])('%s', (_, source, target, expected) => {
    expect(said(source, target)).toBe(expected);
  });

  test('without a neighbour nothing places equal records', () => {
    expect(said('xxx', 'x', false)).toBe('???');
  });

  test('counts what the comparison rests on', () => {
    const matcher = new CopyMatcher(stretch('a1b1c1').records, true);
    for (const [ordinal, record] of stretch('A1b2c1').records.entries()) matcher.visit(record, ordinal);
    matcher.finish();
    const { recognised, headersDiffer, timeDiffers, first } = matcher;
    expect({ recognised, headersDiffer, timeDiffers, first }).toEqual({
      recognised: 2,
      headersDiffer: 1,
      timeDiffers: 1,
      first: { index: 0, position: 0n },
    });
  });
});

interface Step {
  readonly copies: number;
  readonly back: number;
  readonly jump: number;
  readonly foreign: number;
}

/** A mirror's life: how many records it copies, how far it goes back to begin again, and how many it jumps over. */
const life: fc.Arbitrary<Step[]> = fc.array(
  fc.record({ copies: fc.nat(12), back: fc.nat(6), jump: fc.constantFrom(0, 0, 0, 1, 3), foreign: fc.nat(2) }),
  { maxLength: 6 },
);

interface Played {
  readonly source: readonly DigestedRecord[];
  readonly target: readonly DigestedRecord[];
  readonly copied: ReadonlySet<number>;
}

function played(contents: readonly string[], steps: readonly Step[]): Played {
  const record = (content: string, offset: number) => ({
    offset: BigInt(offset),
    content,
    body: content,
    timestamp: 0n,
  });
  const source = contents.map(record);
  const target: DigestedRecord[] = [];
  const copied = new Set<number>();
  let next = 0;
  for (const { copies, back, jump, foreign } of steps) {
    for (let i = 0; i < copies && next < source.length; i++) {
      copied.add(next);
      target.push(record(contents[next] ?? '', target.length));
      next++;
    }
    for (let i = 0; i < foreign; i++) target.push(record(`foreign ${target.length}`, target.length));
    // MM2 goes back or jumps, never both at once.
    next = jump > 0 ? next + jump : Math.max(0, next - back);
  }
  return { source, target, copied };
}

function matched({ source, target }: Played, fromBegin = true): CopyMatcher {
  const matcher = new CopyMatcher(source, fromBegin);
  for (const [ordinal, record] of target.entries()) matcher.visit(record, ordinal);
  matcher.finish();
  return matcher;
}

test('records that differ from all others are found to the last one, whatever MM2 did', () => {
  fc.assert(
    fc.property(fc.nat(60), life, (length, steps) => {
      const one = played(
        Array.from({ length }, (_, i) => `r${i}`),
        steps,
      );
      const matcher = matched(one);
      for (let i = 0; i < length; i++) {
        expect(matcher.copyOf(i) !== null).toBe(one.copied.has(i));
        expect(matcher.isUncertain(i)).toBe(false);
      }
    }),
    { numRuns: propertyRuns(300) },
  );
});

test('of equal records the unmirrored tail is found to the last one, if MM2 never went back', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 60 }), fc.nat(60), (contents, copies) => {
      const one = played(contents, [{ copies, back: 0, jump: 0, foreign: 0 }]);
      const matcher = matched(one);
      for (let i = 0; i < contents.length; i++) expect(matcher.copyOf(i) !== null).toBe(one.copied.has(i));
    }),
    { numRuns: propertyRuns(300) },
  );
});

test('a record without equals is never said to be lost if it came, nor to have come if it is lost, among equal ones', () => {
  const contents = fc.array(fc.oneof(fc.constantFrom('a', 'b'), fc.constant('unique')), { maxLength: 60 });
  fc.assert(
    fc.property(contents, life, fc.boolean(), (all, steps, fromBegin) => {
      const named = all.map((content, i) => (content === 'unique' ? `u${i}` : content));
      const one = played(named, steps);
      const matcher = matched(one, fromBegin);
      for (const [i, content] of named.entries()) {
        if (content.startsWith('u')) expect(matcher.copyOf(i) !== null).toBe(one.copied.has(i));
      }
    }),
    { numRuns: propertyRuns(300) },
  );
});

test('how many of each equal record are absent is right, wherever MM2 jumped over records, if nothing is uncertain', () => {
  const jumps = fc.array(fc.record({ copies: fc.nat(12), back: fc.constant(0), jump: fc.nat(4), foreign: fc.nat(1) }), {
    maxLength: 6,
  });
  let certain = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 }), jumps, (contents, steps) => {
      const one = played(contents, steps);
      const matcher = matched(one);
      for (const content of new Set(contents)) {
        const all = contents.flatMap((other, i) => (other === content ? [i] : []));
        if (all.some((i) => matcher.isUncertain(i))) continue;
        certain++;
        const absent = all.filter((i) => matcher.copyOf(i) === null).length;
        expect(absent).toBe(all.filter((i) => !one.copied.has(i)).length);
      }
    }),
    { numRuns: propertyRuns(300) },
  );
  expect(certain).toBeGreaterThan(0);
});
