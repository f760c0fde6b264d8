import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  guardFrames,
  MAX_LOGIN_BYTES,
  MAX_RESPONSE_BYTES,
} from '../../../../../shared/adapters/kafka/connection/frame-guard.ts';
import type { Connection } from '../../../../../shared/adapters/kafka/connection/kafkajs-internals.ts';
import { limitThrottle } from '../../../../../shared/adapters/kafka/connection/kafkajs-internals.ts';
import { framed, int32 } from '../fake-broker.ts';

const METADATA = 3;
const API_VERSIONS = 18;

/** What kafkajs is to the guard: it takes a request off the list with each whole frame. */
function connection(due: readonly number[], apiKey = METADATA) {
  const inflight = new Map(due.map((id) => [id, { entry: { apiKey } }]));
  const taken: Buffer[] = [];
  let pending = Buffer.alloc(0);
  const fake = {
    authHandlers: null,
    isConnected: () => true,
    requestQueue: { inflight, throttledUntil: 0, pending: [], maybeThrottle: (_: number) => undefined },
    processData(data: Buffer) {
      pending = Buffer.concat([pending, data]);
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const end = 4 + pending.readInt32BE(0);
        taken.push(Buffer.from(pending.subarray(8, end)));
        inflight.delete(pending.readInt32BE(4));
        pending = Buffer.from(pending.subarray(end));
      }
    },
  };
  const refused: string[] = [];
  guardFrames(fake as unknown as Connection, (why) => refused.push(why));
  return { fake, taken, refused };
}

describe('the guard of frames', () => {
  test('good frames reach kafkajs as they are, however the network cuts them', () => {
    const property = fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
      (bodies, cuts) => {
        const { fake, taken, refused } = connection(bodies.map((_, i) => i));
        const bytes = Buffer.concat(bodies.map((body, i) => framed(i, Buffer.from(body))));
        for (let at = 0; at < bytes.length; ) {
          const length = cuts.next().value;
          fake.processData(bytes.subarray(at, at + length));
          at += length;
        }
        expect(refused).toEqual([]);
        expect(taken).toEqual(bodies.map((body) => Buffer.from(body)));
      },
    );
    fc.assert(property, { seed: 5, numRuns: 300 });
  });

  const bad: readonly (readonly [string, Buffer, number])[] = [
    ['a length of −2', int32(-2), METADATA],
    ['a length of −1', int32(-1), METADATA],
    ['a length of −2³¹', int32(-0x80000000), METADATA],
    ['a length of 0', int32(0), METADATA],
    ['a length of 3, which has no room for the correlation id', int32(3), METADATA],
    ['a length of 2³¹ − 1', int32(0x7fffffff), METADATA],
    ['one byte more than is taken', int32(MAX_RESPONSE_BYTES + 1), METADATA],
    ['one byte more than versions and SASL may have', int32(MAX_LOGIN_BYTES + 1), API_VERSIONS],
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), METADATA],
    ['the answer to a later request', framed(1, Buffer.alloc(4)), METADATA],
    ['the answer to no request', framed(77, Buffer.alloc(4)), METADATA],
  ];

  test.each(bad)('%s is refused once, whole or byte by byte, and nothing after it is looked at', (_, bytes, apiKey) => {
    for (const step of [bytes.length, 1]) {
      const { fake, taken, refused } = connection([0, 1], apiKey);
      for (let at = 0; at < bytes.length; at += step) fake.processData(bytes.subarray(at, at + step));
      for (let i = 0; i < 3; i++) fake.processData(framed(0, Buffer.from('good')));
      expect(refused).toHaveLength(1);
      expect(taken).toEqual([]);
    }
  });

  test('what was not asked for is refused, also behind a good answer', () => {
    const { fake, taken, refused } = connection([0]);
    fake.processData(Buffer.concat([framed(0, Buffer.from('good')), framed(0, Buffer.from('more'))]));
    expect(taken).toEqual([Buffer.from('good')]);
    expect(refused).toEqual([expect.stringContaining('an answer without a request')]);
  });

  test('an error inside kafkajs ends the connection and not the process', () => {
    const { fake } = connection([0]);
    const refused: string[] = [];
    fake.processData = () => {
      throw new RangeError('out of range');
    };
    guardFrames(fake as unknown as Connection, (why) => refused.push(why));
    fake.processData(framed(0, Buffer.alloc(1)));
    expect(refused).toEqual(['its answer cannot be decoded']);
  });
});

test('a pause that a broker asks for has a limit', () => {
  const { fake } = connection([]);
  const asked: number[] = [];
  fake.requestQueue.maybeThrottle = (milliseconds) => void asked.push(milliseconds);
  limitThrottle(fake as unknown as Connection);
  for (const milliseconds of [0, 250, 0x7fffffff, -1]) fake.requestQueue.maybeThrottle(milliseconds);
  expect(asked).toEqual([0, 250, 30_000, -1]);
});
