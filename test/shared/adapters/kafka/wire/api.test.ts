import { describe, expect, test } from '@jest/globals';
import {
  type Api,
  commonVersion,
  decodeResponse,
  encodeRequest,
} from '../../../../../shared/adapters/kafka/wire/api.ts';
import { FETCH } from '../../../../../shared/adapters/kafka/wire/fetch.ts';
import { FIND_COORDINATOR } from '../../../../../shared/adapters/kafka/wire/find-coordinator.ts';
import { LIST_GROUPS } from '../../../../../shared/adapters/kafka/wire/list-groups.ts';
import { METADATA } from '../../../../../shared/adapters/kafka/wire/metadata.ts';
import { OFFSET_FETCH } from '../../../../../shared/adapters/kafka/wire/offset-fetch.ts';
import { RequestWriter } from '../../../../../shared/adapters/kafka/wire/request-writer.ts';
import { ResponseReader } from '../../../../../shared/adapters/kafka/wire/response-reader.ts';

describe('versions', () => {
  test('the newest that both sides speak is used', () => {
    expect(commonVersion(METADATA, { minVersion: 0, maxVersion: 9 })).toBe(9);
    expect(commonVersion(METADATA, { minVersion: 5, maxVersion: 99 })).toBe(METADATA.newest);
    expect(commonVersion(METADATA, { minVersion: 0, maxVersion: 99 }, { Metadata: 7 })).toBe(7);
  });

  test('a version outside the broker’s range is never used: the broker would close the connection', () => {
    expect(commonVersion(METADATA, { minVersion: METADATA.newest + 1, maxVersion: 99 })).toBeNull();
    expect(commonVersion(METADATA, { minVersion: 0, maxVersion: METADATA.oldest - 1 })).toBeNull();
    expect(commonVersion(METADATA, undefined)).toBeNull();
  });

  test('metadata is never asked for in a version that creates the topics it names', () => {
    expect(METADATA.oldest).toBeGreaterThanOrEqual(4);
    for (let version = METADATA.oldest; version <= METADATA.newest; version++) {
      const bytes = encodeRequest(METADATA, { topics: [] }, version);
      // … allow_auto_topic_creation comes right behind the (empty) topics.
      const at = version >= METADATA.flexibleFrom ? 2 : 4;
      expect(bytes[at]).toBe(0);
    }
  });
});

describe('records', () => {
  test('are asked for without a least number of bytes: else a broker that has none keeps the request until one comes', () => {
    const request = { isolation: 'read_committed', maxWaitMs: 500, maxBytes: 1_000, topics: new Map() } as const;
    for (let version = FETCH.oldest; version <= FETCH.newest; version++) {
      const bytes = encodeRequest(FETCH, request, version);
      // Behind the header's tags: replica, max_wait_ms, min_bytes, max_bytes.
      const at = version >= FETCH.flexibleFrom ? 1 : 0;
      const [wait, least, most] = [4, 8, 12].map((place) => bytes.readInt32BE(at + place));
      expect([wait, least, most]).toEqual([500, 0, 1_000]);
    }
  });
});

describe('headers, of which kafkajs writes and reads the first version only', () => {
  test('a flexible request begins with the tagged fields of its header', () => {
    expect(encodeRequest(LIST_GROUPS, null, 3).toString('hex')).toBe('0000');
    expect(encodeRequest(LIST_GROUPS, null, 2).toString('hex')).toBe('');
    expect(encodeRequest(FIND_COORDINATOR, { groups: ['g'] }, 4).toString('hex')).toBe(`00${'00'}${'02'}${'0267'}00`);
    expect(encodeRequest(FIND_COORDINATOR, { groups: ['g'] }, 2).toString('hex')).toBe(`0001${'67'}00`);
  });

  test('a flexible answer begins with the tagged fields of its header, known or not', () => {
    const body = `00000000${'0000'}${'01'}00`;
    expect(decodeResponse(LIST_GROUPS, Buffer.from(`00${body}`, 'hex'), 3).answer).toEqual({ error: 0, groups: [] });
    const tagged = Buffer.from(`01${'05'}${'03'}aabbcc${body}`, 'hex');
    expect(decodeResponse(LIST_GROUPS, tagged, 3).answer).toEqual({ error: 0, groups: [] });
  });

  test('the time that a broker asks us to wait is passed on', () => {
    expect(decodeResponse(LIST_GROUPS, Buffer.from('000000012c000001' + '00', 'hex'), 3).throttleTimeMs).toBe(300);
  });
});

describe('answers that are not what they should be', () => {
  const good = Buffer.from('0000000000000001' + '00', 'hex');

  test.each([
    ['cut off', good.subarray(0, 6)],
    ['with bytes left over', Buffer.concat([good, Buffer.from([0])])],
    ['with an impossible number of elements', Buffer.from('00000000000000ffffffff0f', 'hex')],
  ])('%s are refused, and not half understood', (_what, bytes) => {
    expect(() => decodeResponse(LIST_GROUPS, bytes, 3)).toThrow(
      expect.objectContaining({ name: 'MalformedResponseError' }),
    );
  });
});

describe('primitives', () => {
  const values = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31 - 1, 2 ** 32 - 1];
  test.each(values)('an unsigned varint of %i', (value) => {
    const { bytes } = new RequestWriter(true).uvarint(value);
    const reader = new ResponseReader(bytes, true);
    expect(reader.uvarint()).toBe(value);
    expect(reader.remaining).toBe(0);
  });

  test.each([true, false])('strings of any length and alphabet, with room made for them (flexible: %s)', (flexible) => {
    const texts = ['', 'orders', 'Größe-名前-🚲', 'x'.repeat(20_000)];
    const writer = new RequestWriter(flexible, 1);
    writer.array(texts, (text) => writer.string(text));
    writer.int8(-1).int16(-2).int32(-3).int64(-4n).boolean(true).tags();
    const reader = new ResponseReader(writer.bytes, flexible);
    expect(reader.array((r) => r.string())).toEqual(texts);
    expect([reader.int8(), reader.int16(), reader.int32(), reader.int64(), reader.boolean()]).toEqual([
      -1,
      -2,
      -3,
      -4n,
      true,
    ]);
    reader.tags();
    reader.end();
  });

  test('every growth of the buffer happens before the write that needs it', () => {
    for (let length = 0; length < 40; length++) {
      const writer = new RequestWriter(false, 1);
      for (let i = 0; i < length; i++) writer.int8(i);
      writer.int64(7n).int32(8).int16(9).uvarint(300).noUuid();
      expect(writer.bytes).toHaveLength(length + 8 + 4 + 2 + 2 + 16);
      expect(writer.bytes.readBigInt64BE(length)).toBe(7n);
    }
  });

  test('equal topic names share one string over all answers of a cluster', () => {
    const names = new Map<string, string>();
    const one = offsetsOf('orders');
    decodeResponse(OFFSET_FETCH, one, 8, names);
    decodeResponse(OFFSET_FETCH, one, 8, names);
    expect([...names.keys()]).toEqual(['orders']);
  });
});

test('one group a request where the version knows no more: never the first of many in silence', () => {
  const both: Api<{ readonly groups: readonly string[] }, unknown>[] = [FIND_COORDINATOR, OFFSET_FETCH];
  for (const api of both) expect(() => encodeRequest(api, { groups: ['a', 'b'] }, 3)).toThrow(RangeError);
});

test('a commit has the leader epoch that its client said', () => {
  const commitOf = (leaderEpoch: number) =>
    decodeResponse(OFFSET_FETCH, offsetsOf('orders', leaderEpoch), 8).answer[0]?.offsets;
  expect(commitOf(7)).toEqual([{ topic: 'orders', partition: 0, offset: 5n, leaderEpoch: 7 }]);
  expect(commitOf(0)).toEqual([{ topic: 'orders', partition: 0, offset: 5n, leaderEpoch: 0 }]);
  expect(commitOf(-1)).toEqual([{ topic: 'orders', partition: 0, offset: 5n }]);
});

/** OffsetFetch v8: one group with one commit. */
function offsetsOf(topic: string, leaderEpoch = -1): Buffer {
  const writer = new RequestWriter(true);
  writer.tags().int32(0).arrayLength(1).string('group').arrayLength(1).string(topic).arrayLength(1);
  writer.int32(0).int64(5n).int32(leaderEpoch).string('').int16(0).tags().tags().int16(0).tags().tags();
  return writer.bytes;
}
