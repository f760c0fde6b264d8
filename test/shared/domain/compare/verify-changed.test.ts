import { describe, expect, test } from '@jest/globals';
import { type Case, refuted, told, verify } from './verified.ts';

interface ToldCase extends Case {
  readonly what: string;
  readonly is: string;
}

const OTHER_TIME = 'an offset sync names a record of another time than the one there';
const NOTHING_EQUAL = 'no target record there equals a source record';
const NOT_RECOGNISED = 'it is not known whether MM2 wrote the target records that equal none of the source';

describe('a record of another time at an offset sync', () => {
  const replaced = {
    syncs: [
      [0n, 0n],
      [2n, 2n],
      [4n, 4n],
    ],
    source: 'abcdef',
    target: 'abcdT6',
    read: [
      [0n, 2n],
      [4n, 5n],
    ],
    upstream: 5n,
  } as const;

  test('GIVEN records elsewhere keep their times THEN it is another record, and the syncs up to there are void', () => {
    expect(told(replaced)).toBe(`nowhere: ${OTHER_TIME}`);
    expect(verify(replaced)).toMatchObject({
      refutation: { upstream: 5n, found: 4n, how: OTHER_TIME, certain: true, voids: { kind: 'older', downstream: 4n } },
      pair: null,
      open: false,
    });
  });

  test('GIVEN nothing was compared elsewhere THEN it may have been changed on the way', () => {
    const alone = { syncs: [[0n, 0n]], source: 'ab', target: 'T5', upstream: 1n } as const;
    expect(told(alone)).toBe(`nowhere: ${NOTHING_EQUAL}`);
    expect(refuted(alone)?.[2]).toBe(false);
  });

  test('GIVEN a record beside it is recognised THEN the sync is contradicted', () => {
    const beside = { syncs: [[1n, 0n]], source: 'ab3', target: 'ab3', upstream: 1n } as const;
    expect(told(beside)).toBe('nowhere: the records contradict an offset sync next to it');
  });

  test('behind the next sync it says nothing of the offset', () => {
    const far = {
      syncs: [
        [0n, 0n],
        [1n, 1n],
        [2n, 2n],
        [4n, 4n],
        [6n, 6n],
      ],
      source: 'abcdefgh',
      target: 'abTTTTT6T',
      read: [
        [0n, 2n],
        [2n, 8n],
      ],
      upstream: 3n,
    } as const;
    expect(told(far)).toBe(`nowhere: ${NOTHING_EQUAL}`);
  });
});

describe('records that differ where a sync names them', () => {
  test('GIVEN an earlier audit found the record of the sync equal THEN the sync is contradicted', () => {
    const once = { syncs: [[0n, 0n]], foundEqual: true, source: 'b.', target: 'T', upstream: 1n } as const;
    expect(told(once)).toBe('nowhere: the records contradict an offset sync next to it');
  });

  test('GIVEN one contradicts its sync and another may be changed THEN the contradiction is what is said', () => {
    const both = {
      syncs: [
        [0n, 0n],
        [2n, 2n],
      ],
      source: 'a.cd',
      target: 'TCD',
      upstream: 1n,
    } as const;
    expect(told(both)).toBe('nowhere: the records contradict an offset sync next to it');
  });

  test('GIVEN a transform in MM2 changed headers and the target sets its own time THEN nothing is compared', () => {
    expect(told({ syncs: [[0n, 0n]], source: 'ab', target: 'A7', upstream: 0n })).toBe(`nowhere: ${NOTHING_EQUAL}`);
  });

  test('GIVEN another stretch compares equal and this one is only of a removed record THEN the syncs stay as they are', () => {
    const removed = {
      syncs: [
        [0n, 0n],
        [1n, 1n],
      ],
      source: 'a.',
      target: 'aB',
      read: [
        [0n, 1n],
        [1n, 2n],
      ],
      upstream: 2n,
    } as const;
    expect(told(removed)).toBe('2..2 exact, 0');
    expect(verify(removed)).toMatchObject({ refutation: null, open: true });
  });
});

describe('a record that was not recognised in front of the unread ones', () => {
  test.each<ToldCase>([
    {
      what: 'before the first sync it may be of another producer: up to the first unread record that is recognised',
      syncs: [[2n, 2n]],
      source: '.ac',
      target: 'Zac',
      upstream: 0n,
      is: `0..1 bounded, 1: ${NOT_RECOGNISED}`,
    },
    {
      what: 'before the first sync, a record that the source has twice: up to the second one',
      syncs: [[1n, 1n]],
      source: 'aa',
      target: 'aa',
      upstream: 0n,
      is: `0..1 bounded, 1: ${NOT_RECOGNISED}`,
    },
    {
      what: 'before the first sync, the unread record itself is the bound',
      syncs: [[1n, 2n]],
      source: 'a1b',
      target: 'a1a1b',
      upstream: 0n,
      is: `0..1 bounded, 1: ${NOT_RECOGNISED}`,
    },
    {
      what: 'between two syncs MM2 wrote it',
      syncs: [
        [0n, 0n],
        [2n, 3n],
      ],
      source: 'acc',
      target: 'acZc',
      upstream: 1n,
      is: '1..1 verified, 0',
    },
    {
      what: 'behind the last sync with nothing recognised behind it: as the syncs say',
      syncs: [[0n, 0n]],
      source: 'a.',
      target: 'aZ',
      upstream: 1n,
      is: '1..1 verified, 0',
    },
  ])('$what', ({ is, ...of }) => {
    expect(told(of)).toBe(is);
  });
});

describe('records that come again', () => {
  test('GIVEN the unread record may come again behind the position of the syncs THEN it refutes nothing', () => {
    const again = { syncs: [[1n, 2n]], source: 'a.c', target: 'acccc', upstream: 1n } as const;
    expect(refuted(again)).toBeNull();
    expect(told(again)).toContain('1..1 verified, 0');
  });

  test('GIVEN a record that may be its copy only before the position of the syncs THEN the position is refuted', () => {
    const before = {
      syncs: [
        [0n, 0n],
        [5n, 5n],
      ],
      source: 'a..cef',
      target: 'acceZf',
      upstream: 3n,
    } as const;
    expect(verify(before).refutation).toMatchObject({
      said: 3n,
      found: 2n,
      voids: { kind: 'between', downstream: 2n },
    });
  });

  test('GIVEN the unread record comes only before the first position that the syncs allow THEN no position holds', () => {
    const only = { syncs: [[1n, 1n]], source: '.bc', target: 'bc', upstream: 2n } as const;
    expect(refuted(only)?.[3]).toBe(
      'records at or after the offset exist only before the first position that the syncs allow',
    );
  });

  test('GIVEN MM2 wrote a record again that the source no longer tells apart THEN the position stays bounded', () => {
    const restart = {
      syncs: [
        [0n, 0n],
        [1n, 1n],
        [0n, 2n],
      ],
      source: 'a.',
      target: 'abab',
      upstream: 1n,
    } as const;
    expect(told(restart)).toBe('1..1 bounded, 1: MM2 wrote records again after a restart, 1 of them already read');
  });

  test('GIVEN an unread record also stands in front of the position THEN the first one behind it bounds the interval', () => {
    const twice = { syncs: [[0n, 0n]], source: 'dbcd', target: 'dbbbcd', upstream: 1n } as const;
    expect(told(twice)).toContain('2..3 bounded, 2');
  });
});
