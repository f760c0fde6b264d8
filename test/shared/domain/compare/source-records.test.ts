import { describe, expect, test } from '@jest/globals';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { source, stretch } from './letters.ts';

const of = (text: string) => stretch(text).records[0] ?? { offset: 0n, content: '', body: null, timestamp: 0n };

describe('what was read of a source', () => {
  test('is in the order of offsets, whatever the order of reading', () => {
    const read = new SourceRecords([stretch('ef', 10n), stretch('ab', 2n)], { start: 2n, end: 12n });
    expect([0, 1, 2, 3].map((index) => read.at(index).offset)).toEqual([2n, 3n, 10n, 11n]);
    expect(read.length).toBe(4);
    expect(() => read.at(4)).toThrow(new RangeError('no record 4 among 4'));
  });

  test('tells which records a copy can be of: those of its content and time', () => {
    const read = source('aba1a');
    expect([
      read.originals(of('a')),
      read.originals(of('a1')),
      read.originals(of('b')),
      read.originals(of('c')),
    ]).toEqual([[0, 3], [2], [1], []]);
    expect([read.hasContent(of('b7')), read.hasContent(of('c'))]).toEqual([true, false]);
  });

  test('tells neighbours: the next record that is there, but not across what was not read', () => {
    const read = new SourceRecords([stretch('a.b'), stretch('cd', 3n)], { start: 0n, end: 5n });
    expect(read.areNeighbours(0, 1)).toBe(true);
    expect(read.areNeighbours(1, 2)).toBe(false);
    expect(read.areNeighbours(2, 3)).toBe(true);
    expect(read.areNeighbours(1, 0)).toBe(false);
    expect(read.areNeighbours(0, 2)).toBe(false);
  });

  test('tells no record from not looked at', () => {
    const read = new SourceRecords([stretch('ab.d', 10n), stretch('x', 20n)], { start: 0n, end: 30n });
    expect([9n, 10n, 11n, 12n, 13n, 14n, 19n, 20n, 21n].map((offset) => read.indexAt(offset))).toEqual([
      undefined,
      0,
      1,
      null,
      2,
      undefined,
      undefined,
      3,
      undefined,
    ]);
    expect(new SourceRecords([stretch('..', 5n)], { start: 0n, end: 9n }).indexAt(6n)).toBeNull();
  });

  test('counts what is there and what is not, and tells whether all was read', () => {
    const apart = new SourceRecords([stretch('ab.d', 10n), stretch('x', 20n)], { start: 5n, end: 30n });
    const joined = new SourceRecords([stretch('ab', 10n), stretch('cd', 12n)], { start: 10n, end: 14n });
    const tail = new SourceRecords([stretch('cd', 12n)], { start: 10n, end: 14n });
    const count = (read: SourceRecords, from: bigint, until: bigint | null) => {
      const { present, absent, wholly } = read.countIn(from, until);
      return [present, absent, wholly];
    };
    expect(count(apart, 10n, 14n)).toEqual([3n, 1n, true]);
    expect(count(apart, 12n, 13n)).toEqual([0n, 1n, true]);
    expect(count(apart, 10n, 15n)).toEqual([3n, 2n, false]);
    expect(count(apart, 9n, 12n)).toEqual([2n, 1n, false]);
    expect(count(apart, 20n, 21n)).toEqual([1n, 0n, true]);
    expect(count(apart, 14n, 14n)).toEqual([0n, 0n, true]);
    expect(count(apart, 15n, 12n)).toEqual([0n, 0n, true]);
    expect(count(apart, 10n, null)).toEqual([4n, 16n, false]);
    expect(count(apart, 10n, 99n)).toEqual([4n, 16n, false]);
    expect(count(joined, 10n, 13n)).toEqual([3n, 0n, true]);
    // The log has deleted what was before 10: nothing of it can be read.
    expect(count(joined, 3n, null)).toEqual([4n, 7n, true]);
    expect(count(tail, 12n, null)).toEqual([2n, 0n, true]);
    expect(count(tail, 3n, null)).toEqual([2n, 9n, false]);
  });

  test.each([
    ['everything is there', 'abc', 0n, 3n, null],
    ['one was compacted away', 'a.c', 0n, 3n, [1n, 1n]],
    ['several were, and what lies between them counts', 'a.c..f', 0n, 6n, [1n, 4n]],
    ['the first was', '.bc', 0n, 3n, [0n, 0n]],
    ['the last was', 'ab.', 0n, 3n, [2n, 2n]],
    ['the end was not read', 'ab', 0n, 5n, [2n, 4n]],
    ['the begin was deleted', 'cd', 2n, 4n, [0n, 1n]],
    ['the begin was deleted, and all the rest is there', 'd', 3n, 4n, [0n, 2n]],
    ['records behind what MM2 can have read do not count', 'abcd', 0n, 2n, null],
    ['a gap behind what MM2 can have read does not count', 'ab.d', 0n, 2n, null],
    ['nothing was ever written', '', 0n, 0n, null],
    ['nothing was read', '', 0n, 4n, [0n, 3n]],
  ] as const)('which offsets hide their record: %s', (_, letters, start, end, hidden) => {
    const read = new SourceRecords([stretch(letters, start)], { start, end });
    expect(read.hidden).toEqual(hidden === null ? null : { least: hidden[0], most: hidden[1] });
  });
});
