import { expect, test } from '@jest/globals';
import type { LogRecord } from '../../../shared/domain/model/cluster.ts';
import { digestCopy, digestRecord } from '../../../shared/survey/digest-record.ts';

const plain: LogRecord = { offset: 7n, timestamp: 5n, key: Buffer.from('k'), value: Buffer.from('v'), headers: [] };
const header = (key: string, value: string | null) => ({ key, value: value === null ? null : Buffer.from(value) });
const content = (record: Partial<LogRecord>) => digestRecord({ ...plain, ...record }).content;

const body = (record: Partial<LogRecord>) => digestRecord({ ...plain, ...record }).body;

test('offset and time stay beside the content, and are no part of it', () => {
  expect(digestRecord(plain)).toEqual({ offset: 7n, timestamp: 5n, content: content({}), body: body({}) });
  expect(content({ offset: 900n, timestamp: -1n })).toBe(content({}));
});

test('records whose parts differ, or only where one part ends and the next begins, differ', () => {
  const different: Partial<LogRecord>[] = [
    {},
    { key: null },
    { value: null },
    { key: Buffer.alloc(0) },
    { value: Buffer.alloc(0) },
    { key: Buffer.from('kv'), value: Buffer.alloc(0) },
    { key: Buffer.alloc(0), value: Buffer.from('kv') },
    { headers: [header('a', 'b')] },
    { headers: [header('ab', '')] },
    { headers: [header('a', null)] },
    { headers: [header('a', ''), header('b', '')] },
    { headers: [header('b', ''), header('a', '')] },
  ];
  expect(new Set(different.map(content)).size).toBe(different.length);
});

test('headers are no part of the body; where there is neither key nor value, there is none', () => {
  expect(body({ headers: [header('a', 'b')] })).toBe(body({}));
  expect(content({ headers: [header('a', 'b')] })).not.toBe(content({}));
  expect(new Set([body({}), body({ key: null }), body({ value: null })]).size).toBe(3);
  expect(body({ key: null, value: null, headers: [header('a', 'b')] })).toBeNull();
});

test('a time that the target’s broker set equals none, and one that the source’s broker set is the record’s', () => {
  expect(digestCopy(plain)).toEqual(digestRecord(plain));
  expect(digestCopy({ ...plain, appendTime: true })).toEqual({ ...digestRecord(plain), timestamp: -2n });
  expect(digestRecord({ ...plain, appendTime: true })).toEqual(digestRecord(plain));
});

test('no content is left in it', () => {
  const secret = Buffer.from('a secret that is longer than a hash');
  expect(content({ value: secret })).not.toContain('secret');
  expect(content({ value: secret })).toHaveLength(16);
});
