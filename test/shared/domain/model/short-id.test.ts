import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { idsMeant, shortId } from '../../../../shared/domain/model/short-id.ts';

const IDS = ['20261121T100000Z-aaaaaaaa', '20261121T090000Z-aaaaaabb', '20261120T090000Z-20261121'];

describe('ids that a person can mean', () => {
  test.each<[string, readonly string[]]>([
    ['20261121T100000Z-aaaaaaaa', [IDS[0] ?? '']],
    ['20261121T1', [IDS[0] ?? '']],
    ['aaaaaab', [IDS[1] ?? '']],
    ['aaaa', IDS.slice(0, 2)],
    // A day, and the last part of another day's id: neither wins.
    ['20261121', IDS],
    ['aaa', []],
    ['', []],
    ['bb', []],
  ])('%j', (written, meant) => expect(idsMeant(written, IDS)).toEqual(meant));
});

test('short ids grow where others begin alike, up to the whole id', () => {
  expect(IDS.map((id) => shortId(id, IDS))).toEqual(['aaaaaaa', 'aaaaaab', IDS[2]]);
  expect(shortId('20261121T100000Z-aaaaaaaa', IDS.slice(0, 1))).toBe('aaaaaa');
});

test('whatever is stored, a short id means its own id and no other one', () => {
  // Few digits, so that many begin alike.
  const digits = (length: number) =>
    fc.string({ unit: fc.constantFrom('2', 'a'), minLength: length, maxLength: length });
  const id = fc.tuple(digits(5), digits(8)).map((parts) => parts.join('-'));
  fc.assert(
    fc.property(fc.uniqueArray(id, { minLength: 1, maxLength: 30 }), (ids) => {
      for (const one of ids) expect(idsMeant(shortId(one, ids), ids)).toEqual([one]);
    }),
  );
});
