import { describe, expect, test } from '@jest/globals';
import { createRecordWriter } from '../../../../../shared/adapters/kafka/replaying/record-writer.ts';
import type { NewRecord } from '../../../../../shared/ports.ts';

const writer = createRecordWriter({ alias: 'B', bootstrapServers: ['127.0.0.1:1'], clientId: 'tidemark' });
const record = (...headers: readonly (readonly [key: string, value: string | null])[]): NewRecord => ({
  timestamp: 1n,
  key: null,
  value: null,
  headers: headers.map(([key, value]) => ({ key, value: value === null ? null : Buffer.from(value) })),
});

describe('records that the producer would change are not written', () => {
  test.each([
    ['no headers', record()],
    ['headers in their order', record(['b', '1'], ['a', ''], ['__proto__', '2'])],
    ['several of one name in a row', record(['a', '1'], ['a', '1'], ['b', '2'])],
    ['no time', { ...record(), timestamp: -1n }],
  ])('%s: written as it is', (_, one) => {
    expect(writer.unwritable(one)).toBeNull();
  });

  test.each([
    ['a header without a value', record(['a', null]), 'a header has no value'],
    ['a name that is not UTF-8', record(['\ufffd', '1']), 'the name of a header is not UTF-8'],
    [
      'another name between two of one',
      record(['a', '1'], ['b', '2'], ['a', '3']),
      'the producer cannot keep the order',
    ],
    ['names that are numbers', record(['b', '1'], ['1', '2']), 'the producer cannot keep the order'],
    ['a time beyond all calendars', { ...record(), timestamp: 2n ** 60n }, 'its timestamp is no time'],
  ])('%s: left out, with the reason', (_, one, reason) => {
    expect(writer.unwritable(one)).toContain(reason);
  });
});

test('a cluster that does not answer is a failure of the write, and no exception', async () => {
  const unreachable = createRecordWriter({ alias: 'B', bootstrapServers: [], clientId: 'tidemark' });
  expect(await unreachable.write('t', 0, [record()])).toMatchObject({ live: false });
  await unreachable.close();
});
