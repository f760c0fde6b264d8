import { expect, test } from '@jest/globals';
import { compareRecords } from '../../../../shared/domain/compare/record-identity.ts';
import type { LogRecord } from '../../../../shared/domain/model/cluster.ts';

const RECORD: LogRecord = {
  offset: 1n,
  timestamp: 5n,
  key: Buffer.from('key'),
  value: Buffer.from('value'),
  headers: [
    { key: 'a', value: Buffer.from('1') },
    { key: 'b', value: null },
  ],
};
const [first = { key: '', value: null }, second = first] = RECORD.headers;

test.each<[string, Partial<LogRecord>, string]>([
  ['the same', {}, 'same'],
  ['at another offset', { offset: 9n }, 'same'],
  ['of another time', { timestamp: 6n }, 'unknown'],
  ['another key', { key: Buffer.from('kez') }, 'different'],
  ['no key', { key: null }, 'different'],
  ['another value', { value: Buffer.from('valuf') }, 'different'],
  ['no value', { value: null }, 'different'],
  ['an empty value', { value: Buffer.alloc(0) }, 'different'],
  ['another value of another time', { value: null, timestamp: 6n }, 'different'],
  ['one header less', { headers: [first] }, 'unknown'],
  ['one header more', { headers: [first, second, first] }, 'unknown'],
  ['headers in another order', { headers: [second, first] }, 'unknown'],
  ['a header of another name', { headers: [{ ...first, key: 'c' }, second] }, 'unknown'],
  ['a header of another value', { headers: [{ ...first, value: Buffer.from('2') }, second] }, 'unknown'],
  ['a header whose value is gone', { headers: [{ ...first, value: null }, second] }, 'unknown'],
])('%s', (_, change, found) => {
  expect(compareRecords(RECORD, { ...RECORD, ...change })).toBe(found);
  expect(compareRecords({ ...RECORD, ...change }, RECORD)).toBe(found);
});

test('a time that the broker of the target set shows nothing, and MM2 keeps one that the broker of the source set', () => {
  const appended = { ...RECORD, appendTime: true } as const;
  expect(compareRecords(RECORD, appended)).toBe('unknown');
  expect(compareRecords(appended, RECORD)).toBe('same');
});

test('another key or value counts for more than other headers', () => {
  expect(compareRecords(RECORD, { ...RECORD, value: null, headers: [] })).toBe('different');
});

test('two without key, value and headers are the same', () => {
  const bare = { ...RECORD, key: null, value: null, headers: [] };
  expect(compareRecords(bare, bare)).toBe('same');
});
