import { describe, expect, test } from '@jest/globals';
import { alignStretch } from '../../../../shared/domain/compare/align-stretch.ts';
import type { DigestedStretch } from '../../../../shared/domain/compare/digested-record.ts';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { align, told } from './aligned.ts';
import { source, stretch } from './letters.ts';

describe('target records laid beside source records', () => {
  test('each is recognised where its neighbour is the copy of its neighbour', () => {
    const aligned = align('abcdef', source('abcdef'));
    expect(told('abcdef', source('abcdef'))).toBe('0 1 2 3 4 5');
    expect(aligned).toMatchObject({ from: 10n, until: 16n, compared: 6, contradicted: [], timeDiffers: false });
    expect(aligned.records.map(({ position }) => position)).toEqual([10n, 11n, 12n, 13n, 14n, 15n]);
    expect(aligned.records[0]).toEqual({ position: 10n, upstream: 0n, compared: true, possible: null, equal: [] });
  });

  test('offsets without a record are none on either side', () => {
    expect(told('ab..cd', source('a.b..cd'))).toBe('0 2 5 6');
  });

  test('records of others in between are left aside', () => {
    expect(told('abXcd', source('abcd'))).toBe('0 1 - 2 3');
    expect(told('aXb', source('ab'))).toBe('0 - 1');
    // Beside a record that the source has twice, too, as long as the source hides nothing.
    expect(told('bXadc', source('abadc'), [[2n, 12n]])).toBe('1 - 2 3 4');
  });

  test('one alone is no chain: it can be the copy of what it equals, or of what the source hides', () => {
    expect(told('XcX', source('abcd'))).toBe('- {2..2} -');
    expect(told('c', source('ab.cd'))).toBe('{2..3}');
  });

  test('neighbours on the target that are none on the source are no chain', () => {
    expect(told('ac', source('abc'))).toBe('{0..0} {2..2}');
    expect(told('ba', source('ab'))).toBe('{1..1} {0..0}');
    const parts = new SourceRecords([stretch('ab'), stretch('cd', 2n)], { start: 0n, end: 4n });
    expect(told('bc', parts)).toBe('{1..1} {2..2}');
    expect(told('abcd', parts)).toBe('0 1 2 3');
  });

  test('a copy written again is recognised again', () => {
    expect(told('abcbcd', source('abcd'))).toBe('0 1 2 1 2 3');
  });

  test('records of equal content and another time are not equal', () => {
    expect(told('a1b1', source('ab'))).toBe('- -');
    expect(align('a1b1', source('ab')).timeDiffers).toBe(true);
    expect(align('x1y1', source('ab')).timeDiffers).toBe(false);
    expect(align('abc1', source('abc')).timeDiffers).toBe(false);
    expect(align('a', source('abc')).timeDiffers).toBe(false);
  });
});

describe('records that are there several times', () => {
  test('are recognised by nothing but their number between two that are', () => {
    expect(told('aab', source('aab'))).toBe('{0..1} {0..1} {2..2}');
    expect(
      told('xaay', source('xaay'), [
        [0n, 10n],
        [3n, 13n],
      ]),
    ).toBe('0 1 2 3');
    expect(told('wxaayz', source('wxaayz'))).toBe('0 1 2 3 4 5');
  });

  test('not where more or fewer stand between them than on the source', () => {
    expect(told('wxaaayz', source('wxaayz'))).toBe('0 1 {2..3} {2..3} {2..3} 4 5');
    expect(told('wxayz', source('wxaayz'))).toBe('0 1 {2..3} 4 5');
  });

  test('not where one of them is another', () => {
    expect(told('wxaXyz', source('wxaayz'))).toBe('0 1 {2..3} - 4 5');
  });

  test('not across what was not read', () => {
    const parts = new SourceRecords([stretch('wxa'), stretch('ayz', 3n)], { start: 0n, end: 6n });
    expect(told('wxaayz', parts)).toBe('0 1 {2..3} {2..3} 4 5');
    const right = new SourceRecords([stretch('wxaa'), stretch('yz', 4n)], { start: 0n, end: 6n });
    expect(told('wxaayz', right)).toBe('0 1 {2..3} {2..3} 4 5');
  });

  test('not backwards', () => {
    expect(told('yzaawx', source('wxaayz'))).toBe('4 5 {2..3} {2..3} 0 1');
  });
});

describe('offset syncs as claims', () => {
  test('a record that equals what a sync says is recognised, and its chain with it', () => {
    expect(told('XcX', source('abcd'), [[2n, 11n]])).toBe('- 2 -');
    expect(told('aab', source('aab'), [[1n, 11n]])).toBe('{0..1} 1 2');
    expect(
      told('aa', source('aa'), [
        [0n, 10n],
        [1n, 11n],
      ]),
    ).toBe('0 1');
  });

  test('one that differs is contradicted', () => {
    const aligned = align('abXd', source('abcd'), [
      [2n, 12n],
      [0n, 10n],
      [3n, 12n],
    ]);
    expect(aligned).toMatchObject({ contradicted: [], changed: [12n, 12n] });
    expect(align('abcd', source('abcd'), [[1n, 12n]])).toMatchObject({ contradicted: [12n], changed: [] });
    expect(align('abcd', source('abcd'), [[1n, 11n]])).toMatchObject({ contradicted: [], changed: [] });
    expect(align('abXbcd', source('abcd'), [[2n, 12n]])).toMatchObject({ contradicted: [12n], changed: [] });
  });

  test('one that differs in its time, too, is another record: no transform changes the time', () => {
    expect(align('abX5d', source('abcd'), [[2n, 12n]])).toMatchObject({ contradicted: [12n], changed: [] });
    // Nothing shows that the target keeps times.
    expect(align('X5', source('a'), [[0n, 10n]])).toMatchObject({ contradicted: [], changed: [10n] });
  });

  test('one that an earlier audit found equal, and that differs now, is another record', () => {
    const claim = { upstream: 0n, downstream: 10n, compared: true };
    expect(alignStretch(stretch('X', 10n), source('a'), [claim])).toMatchObject({ contradicted: [10n], changed: [] });
  });

  test('one that differs and keeps its time is changed, not replaced', () => {
    expect(align('X', source('a'), [[0n, 10n]])).toMatchObject({ changed: [10n], replaced: [] });
    expect(align('X5', source('a'), [[0n, 10n]])).toMatchObject({ changed: [10n], replaced: [10n] });
  });

  test('a record without a time, on either side, is not one of another time', () => {
    const timeless = (log: DigestedStretch, at: bigint): DigestedStretch => ({
      ...log,
      records: log.records.map((one) => (one.offset === at ? { ...one, timestamp: -1n } : one)),
    });
    const claims = [{ upstream: 2n, downstream: 12n }];
    const onTarget = alignStretch(timeless(stretch('abXd', 10n), 12n), source('abcd'), claims);
    expect(onTarget).toMatchObject({ contradicted: [], changed: [12n], replaced: [] });
    const of = new SourceRecords([timeless(stretch('abcd'), 2n)], { start: 0n, end: 4n });
    expect(alignStretch(stretch('abXd', 10n), of, claims)).toMatchObject({ contradicted: [], changed: [12n] });
  });

  test('one that differs in its time only says nothing', () => {
    expect(align('abc1d', source('abcd'), [[2n, 12n]])).toMatchObject({ contradicted: [], changed: [] });
  });

  test('of a record that the source has no more it is all that is known', () => {
    expect(told('abXde', source('ab.de'), [[2n, 12n]])).toBe('0 1 [2] 3 4');
    expect(told('Xde', source('de', 3n), [[2n, 10n]])).toBe('[2] 3 4');
    expect(align('Xde', source('de', 3n), [[2n, 10n]])).toMatchObject({ compared: 2, contradicted: [] });
  });

  test('where the record equals another source record it is not believed', () => {
    expect(told('adX', source('ab.d'), [[2n, 11n]])).toBe('{0..2} {2..3} {2..2}');
  });

  test('where the target has no record it says nothing', () => {
    expect(
      told('a.b', source('ab'), [
        [0n, 11n],
        [5n, 99n],
        [5n, 9n],
      ]),
    ).toBe('0 1');
    // The log cleaner has removed what the sync names.
    expect(told('a.d', source('a..d'), [[2n, 11n]])).toBe('0 3');
  });

  test('they count in whatever order they come', () => {
    // The first copy of `b` may be of the record that is gone: the sync names the second one.
    const claims = [
      [1n, 10n],
      [1n, 11n],
    ] as const;
    expect(told('a', source('.a'), claims)).toBe(told('a', source('.a'), claims.toReversed()));
    expect(told('a', source('.a'), claims.toReversed())).toBe('1');
  });
});

describe('a record that was not recognised can be', () => {
  test('what lies between its recognised neighbours in rising order', () => {
    expect(told('abXYfg', source('ab...fg'))).toBe('0 1 {2..4} {2..4} 5 6');
    expect(told('abXfg', source('ab.fg', 7n))).toBe('7 8 {9..9} 10 11');
  });

  test('also what the source log lost with its end', () => {
    const cut = (letters: string) =>
      new SourceRecords([stretch(letters)], { start: 0n, end: 1n, cutOff: { least: 1n, most: 3n } });
    expect(told('a', cut('a'))).toBe('{0..3}');
    expect(told('X', cut('a'))).toBe('{1..3}');
  });

  test('none of MM2 where nothing lies between them', () => {
    expect(told('abXcd', source('abcd'))).toBe('0 1 - 2 3');
  });

  test('anything that the source hides where the order does not rise', () => {
    expect(told('cdXab', source('abcd.f'))).toBe('2 3 {4..4} 0 1');
    expect(told('abXab', source('ab.de'))).toBe('0 1 {2..2} 0 1');
    expect(told('cdXab', source('abcd'))).toBe('2 3 - 0 1');
  });

  test('anything that the source hides at either end', () => {
    expect(told('Xab', source('ab.d'))).toBe('{2..2} 0 1');
    expect(told('abX', source('ab.d'))).toBe('0 1 {2..2}');
    expect(told('XY', source('ab.d', 5n))).toBe('{0..7} {0..7}');
    expect(told('abX', source('ab'))).toBe('0 1 -');
  });

  test('also what one beside it may be a copy of: a restart in between', () => {
    expect(told('abcXef', source('abc.ef'))).toBe('0 1 2 {3..3} 4 5');
    // The lone `b` may be written again: then X may be of anything hidden.
    expect(told('abcXbef', source('abc.ef.'))).toBe('0 1 2 {3..6} {1..6} 4 5');
  });

  test('beside a record that the source has twice, or has no more, a restart shows nothing', () => {
    // Recognised between two syncs, but another copy of `a` would not be.
    const twice = source('xaay..fg');
    expect(
      told('xaaXfg', twice, [
        [0n, 10n],
        [1n, 11n],
        [2n, 12n],
      ]),
    ).toBe('0 1 2 {4..5} 6 7');
    expect(told('abXYfg', source('ab...fg'), [[3n, 13n]])).toBe('0 1 {2..4} [3] 5 6');
    expect(told('abXYfg', source('ab...fg'), [[3n, 12n]])).toBe('0 1 [3] {2..4} 5 6');
    expect(told('Xab', source('ab', 5n), [[2n, 10n]])).toBe('[2] 5 6');
  });
});
