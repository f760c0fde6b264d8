import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sourceOf } from '../../../../shared/domain/mirror/inverse.ts';
import { act, lives, mirrored } from './mirrored-life.ts';

describe('a target position, translated back', () => {
  test('skips no record that a group has not read, and re-reads at most what it says', () => {
    fc.assert(
      fc.property(lives, fc.nat(), (acts, at) => {
        const { log, mapping, sourceEnd } = mirrored(acts);
        const position = at % (log.length + 1);
        const ends = { upstream: BigInt(sourceEnd), downstream: BigInt(log.length) };
        const { low, high } = sourceOf(mapping, BigInt(position), ends, BigInt(sourceEnd));
        const had = new Set(log.slice(0, position));
        const unread = log.slice(position).filter((upstream) => !had.has(upstream));
        const first = unread.length === 0 ? sourceEnd : Math.min(...unread);
        expect(Number(low)).toBeLessThanOrEqual(first);
        // Only what it has read is read again: offsets without a record cost nothing.
        const again = [...had].filter((upstream) => upstream >= Number(low)).length;
        expect(again).toBeLessThanOrEqual(Number(high - low));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is exact where MirrorMaker wrote every record once and the source has no gaps', () => {
    fc.assert(
      fc.property(
        fc.array(
          act.filter(({ kind }) => kind === 'mirror'),
          { minLength: 1, maxLength: 20 },
        ),
        fc.nat(),
        (acts, at) => {
          const { log, mapping, sourceEnd } = mirrored(acts);
          const position = BigInt(at % (log.length + 1));
          const ends = { upstream: BigInt(sourceEnd), downstream: BigInt(log.length) };
          expect(sourceOf(mapping, position, ends, BigInt(sourceEnd))).toEqual({
            low: position,
            high: position,
            proof: 'exact',
            reason: null,
          });
        },
      ),
    );
  });

  test('without a mapping is the beginning, and at the end is the end', () => {
    const ends = { upstream: 90n, downstream: 70n };
    expect(sourceOf(null, 12n, ends, 100n)).toMatchObject({ low: 0n, high: 90n, proof: 'conservative' });
    expect(sourceOf(null, 70n, ends, 100n)).toMatchObject({ low: 90n, high: 90n, proof: 'exact' });
  });
});
