import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Join } from '../../../../shared/domain/restore/join.ts';
import { placeBack } from '../../../../shared/domain/restore/land-back.ts';
import { lives, mirrored } from '../mirror/mirrored-life.ts';

/** What the failback's source got after the failover: a record of an application, or one of the tail, replayed. */
const later = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.constant('native') }, { weight: 1, arbitrary: fc.constant('replayed') }),
  {
    maxLength: 20,
  },
);

describe('a group after a failback', () => {
  test('skips nothing that it has not read, and re-reads at most what its plan says', () => {
    fc.assert(
      fc.property(lives, fc.nat({ max: 8 }), later, fc.nat(), (acts, tail, kinds, at) => {
        const { log, mapping, sourceEnd } = mirrored(acts);
        const landing = sourceEnd + tail;
        // Where each record of the failback's source lies on its target in the end.
        const places = [...log];
        let natives = 0;
        let replays = 0;
        for (const kind of kinds) {
          if (kind === 'native') places.push(landing + natives++);
          else if (replays < tail) places.push(sourceEnd + replays++);
        }
        const position = at % (places.length + 1);
        const until = places.findLastIndex((place, i) => i >= log.length && place < landing) + 1;
        const join: Join = {
          topic: 'orders',
          partition: 0,
          point: BigInt(log.length),
          landing: BigInt(landing),
          mirrored: BigInt(sourceEnd),
          lostFrom: replays < tail ? BigInt(sourceEnd + replays) : null,
          replayed: replays === 0 ? null : { until: BigInt(until), from: BigInt(sourceEnd) },
        };
        const nativesBefore = places.slice(log.length, position).filter((place) => place >= landing).length;
        const reverse = {
          kind: 'at',
          position: BigInt(landing + nativesBefore),
          rereadAtMost: 0n,
          proof: 'exact',
          reason: null,
        } as const;
        const placed = placeBack(join, mapping, BigInt(position), reverse);
        const had = new Set(places.slice(0, position));
        const all = [...new Set([...log, ...range(sourceEnd, landing + natives)])];
        const skipped = all.filter((place) => !had.has(place) && place < Number(placed.position));
        expect(skipped).toEqual([]);
        const again = [...had].filter((place) => place >= Number(placed.position)).length;
        expect(again).toBeLessThanOrEqual(Number(placed.rereadAtMost));
      }),
      { numRuns: 2_000 },
    );
  });

  const JOIN: Join = {
    topic: 'orders',
    partition: 0,
    point: 80n,
    landing: 60n,
    mirrored: 60n,
    lostFrom: null,
    replayed: null,
  };
  const nowhere = { kind: 'nowhere' } as const;

  test('that has read up to the failover point continues where the target ended', () => {
    expect(placeBack(JOIN, null, 80n, nowhere)).toEqual({
      position: 60n,
      rereadAtMost: 0n,
      proof: 'exact',
      reason: null,
    });
  });

  test('continues at the join if the reverse mirror has written no sync there', () => {
    expect(placeBack(JOIN, null, 95n, nowhere)).toMatchObject({
      position: 60n,
      rereadAtMost: 15n,
      proof: 'conservative',
    });
  });

  test('is never put before the join by the reverse mapping, which does not know the records there', () => {
    const reverse = { kind: 'at', position: 12n, rereadAtMost: 60n, proof: 'conservative', reason: 'old' } as const;
    expect(placeBack(JOIN, null, 95n, reverse)).toMatchObject({ position: 60n, rereadAtMost: 12n });
  });
});

function range(from: number, until: number): number[] {
  return Array.from({ length: until - from }, (_, i) => from + i);
}
