import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { decoders } from '../../../../../lab/explore/properties/decoders.ts';
import { MalformedRecordError } from '../../../../../shared/domain/mirror/records/byte-reader.ts';
import { decodeCheckpoint } from '../../../../../shared/domain/mirror/records/checkpoint.ts';
import { decodeConnectOffset } from '../../../../../shared/domain/mirror/records/connect-offset.ts';
import { decodeHeartbeat } from '../../../../../shared/domain/mirror/records/heartbeat.ts';
import { decodeOffsetSync } from '../../../../../shared/domain/mirror/records/offset-sync.ts';
import { generator, mutated } from '../../../../mutated.ts';
import { propertyRuns } from '../../../../property-runs.ts';

const vectors = JSON.parse(readFileSync('test/vectors/records.json', 'utf8'));
const hex = (text: string) => Buffer.from(text, 'hex');

describe("MM2's records, by the vectors of Kafka's own schemas", () => {
  test('offset sync', () => {
    for (const v of vectors.offsetSync) {
      expect(decodeOffsetSync(hex(v.keyHex), hex(v.valueHex))).toEqual({
        topic: v.topic,
        partition: v.partition,
        upstream: BigInt(v.upstreamOffset),
        downstream: BigInt(v.downstreamOffset),
      });
    }
  });

  test('checkpoint', () => {
    for (const v of vectors.checkpoint) {
      expect(decodeCheckpoint(hex(v.keyHex), hex(v.valueHex))).toEqual({
        group: v.group,
        topic: v.topic,
        partition: v.partition,
        upstream: BigInt(v.upstreamOffset),
        downstream: BigInt(v.downstreamOffset),
      });
    }
  });

  test('heartbeat', () => {
    for (const v of vectors.heartbeat) {
      expect(decodeHeartbeat(hex(v.keyHex), hex(v.valueHex))).toEqual({
        source: v.source,
        target: v.target,
        timestamp: BigInt(v.timestampMs),
      });
    }
  });

  test('a checkpoint or heartbeat of another version is refused: its fields may mean something else', () => {
    const [checkpoint] = vectors.checkpoint;
    const [heartbeat] = vectors.heartbeat;
    const newer = (value: string) => hex(`0001${value.slice(4)}`);
    expect(() => decodeCheckpoint(hex(checkpoint.keyHex), newer(checkpoint.valueHex))).toThrow(MalformedRecordError);
    expect(() => decodeHeartbeat(hex(heartbeat.keyHex), newer(heartbeat.valueHex))).toThrow(MalformedRecordError);
  });

  test('whatever bytes come, a decoder gives a record or says that it is malformed', () => {
    decoders.assert(propertyRuns(2_000));
  });
});

describe("Connect's source offsets", () => {
  const value = (offset: string) => Buffer.from(`{"offset":${offset}}`);

  test('are read whatever the order of the keys', () => {
    const one = Buffer.from('["MirrorSourceConnector",{"cluster":"A","partition":0,"topic":"t"}]');
    const other = Buffer.from('["A->B.MirrorSourceConnector",{"topic":"t","cluster":"A","partition":0}]');
    expect(decodeConnectOffset(one, value('5'))).toMatchObject({ cluster: 'A', topic: 't', partition: 0, offset: 5n });
    expect(decodeConnectOffset(other, value('5'))?.connector).toBe('A->B.MirrorSourceConnector');
  });

  test('beyond 2^53 keep every digit', () => {
    const key = Buffer.from('["MirrorSourceConnector",{"cluster":"A","partition":0,"topic":"t"}]');
    expect(decodeConnectOffset(key, value('9007199254740993'))?.offset).toBe(9007199254740993n);
  });

  test('of other connectors are not positions', () => {
    const key = Buffer.from('["MirrorHeartbeatConnector",{"sourceClusterAlias":"A","targetClusterAlias":"B"}]');
    expect(decodeConnectOffset(key, value('0'))).toBeNull();
  });

  test('a tombstone takes the position back', () => {
    const key = Buffer.from('["MirrorSourceConnector",{"cluster":"A","partition":0,"topic":"t"}]');
    expect(decodeConnectOffset(key, null)?.offset).toBeNull();
  });
});

describe('records of somebody who means harm', () => {
  const sync = (topic: string | Buffer, partition: number, offsets = [1n, 2n]): [Buffer, Buffer] => {
    const name = Buffer.from(topic);
    const key = Buffer.alloc(6 + name.length);
    key.writeInt16BE(name.length, 0);
    name.copy(key, 2);
    key.writeInt32BE(partition, 2 + name.length);
    const value = Buffer.alloc(8 * offsets.length);
    for (const [i, offset] of offsets.entries()) value.writeBigInt64BE(offset, 8 * i);
    return [key, value];
  };
  const lying = (change: (key: Buffer) => void): [Buffer, Buffer] => {
    const [key, value] = sync('orders', 0);
    change(key);
    return [key, value];
  };

  test.each<[string, [Buffer, Buffer]]>([
    ['a partition 2³¹ − 1', sync('orders', 0x7fffffff)],
    ['a partition −1', sync('orders', -1)],
    ['a negative upstream offset', sync('orders', 0, [-1n, 5n])],
    ['a negative downstream offset', sync('orders', 0, [5n, -(2n ** 63n)])],
    ['a topic without a name', sync('', 0)],
    ['a topic of 250 characters', sync('x'.repeat(250), 0)],
    ['a topic of 32,000 characters', sync('x'.repeat(32_000), 0)],
    ['a topic that is a path', sync('..', 0)],
    ['a topic with a line break', sync('orders\n', 0)],
    ['a topic that is not UTF-8', sync(Buffer.from([0x6f, 0xff, 0xfe]), 0)],
    ['a length of −1', lying((key) => key.writeInt16BE(-1, 0))],
    ['a length of 32,767', lying((key) => key.writeInt16BE(0x7fff, 0))],
    ['nothing', [Buffer.alloc(0), Buffer.alloc(0)]],
    ['a megabyte', [Buffer.alloc(1_000_000), Buffer.alloc(1_000_000)]],
    ['a value that goes on', sync('orders', 0, [1n, 2n, 3n])],
  ])('an offset sync with %s is malformed', (_, [key, value]) => {
    expect(() => decodeOffsetSync(key, value)).toThrow(MalformedRecordError);
  });

  test('the largest numbers that there are, are read', () => {
    const [key, value] = sync('x'.repeat(249), 2 ** 21 - 1, [2n ** 63n - 1n, 0n]);
    expect(decodeOffsetSync(key, value)).toMatchObject({ partition: 2 ** 21 - 1, upstream: 2n ** 63n - 1n });
  });

  test('groups whose bytes are replaced in UTF-8 are not one group', () => {
    const [checkpoint] = vectors.checkpoint;
    const [key, value] = [hex(checkpoint.keyHex), hex(checkpoint.valueHex)];
    key[3] = 0xff;
    expect(() => decodeCheckpoint(key, value)).toThrow(MalformedRecordError);
    const real = Buffer.from('\ufffd');
    expect(decodeCheckpoint(Buffer.concat([Buffer.from([0, 3]), real, key.subarray(9)]), value).group).toBe('\ufffd');
  });

  const position = (partition: string, topic = 't'): Buffer =>
    Buffer.from(`["MirrorSourceConnector",{"cluster":"A","partition":${partition},"topic":"${topic}"}]`);
  const value = (text: string): Buffer => Buffer.from(text);

  test.each([
    ['a partition −1', position('-1'), value('{"offset":1}')],
    ['half a partition', position('1.5'), value('{"offset":1}')],
    ['a partition 1e300', position('1e300'), value('{"offset":1}')],
    ['a partition 2³¹ − 1', position('2147483647'), value('{"offset":1}')],
    ['a topic that is none', position('0', 'a b'), value('{"offset":1}')],
    ['a negative offset', position('0'), value('{"offset":-1}')],
    ['half an offset', position('0'), value('{"offset":1.5}')],
    ['an offset of 1e300', position('0'), value('{"offset":1e300}')],
    ['an offset of 2⁶³', position('0'), value('{"offset":9223372036854775808}')],
    ['an offset deeper inside', position('0'), value('{"x":{"offset":5}}')],
    ['an offset in a text', position('0'), value('{"x":"\\"offset\\":5,"}')],
    ['a text for an offset', position('0'), value('{"offset":"5"}')],
    ['two large offsets', position('0'), value('{"offset":9007199254740993,"x":{"offset":9007199254740995}}')],
    ['a list', position('0'), value('[5]')],
    ['nothing', position('0'), value('null')],
    ['a million brackets', position('0'), value('['.repeat(1_000_000))],
    ['a million brackets for a key', Buffer.from('['.repeat(1_000_000)), value('{"offset":1}')],
    ['bytes that are not UTF-8', Buffer.concat([position('0'), Buffer.from([0xff])]), value('{"offset":1}')],
  ])('a Connect offset with %s is malformed', (_, key, bytes) => {
    expect(() => decodeConnectOffset(key, bytes)).toThrow(MalformedRecordError);
  });

  test('keys that are names of JavaScript change nothing', () => {
    const key = Buffer.from('["x",{"__proto__":{"cluster":"A","topic":"t","partition":0},"constructor":1}]');
    expect(decodeConnectOffset(key, value('{"offset":1}'))).toBeNull();
    expect(decodeConnectOffset(position('0'), value('{"__proto__":{"offset":7},"offset":8}'))?.offset).toBe(8n);
  });

  test('a nested offset beside the real one is not taken for it', () => {
    const bytes = value('{"x":{"offset":5},"offset":7}');
    expect(decodeConnectOffset(position('0'), bytes)?.offset).toBe(7n);
  });

  test('mutated records of MM2: a record with sound numbers, or malformed', () => {
    const random = generator(3);
    const [s, c, h] = [vectors.offsetSync[0], vectors.checkpoint[0], vectors.heartbeat[0]];
    const decoders = [
      [decodeOffsetSync, hex(s.keyHex), hex(s.valueHex)],
      [decodeCheckpoint, hex(c.keyHex), hex(c.valueHex)],
      [decodeHeartbeat, hex(h.keyHex), hex(h.valueHex)],
      [decodeConnectOffset, position('3'), value('{"offset":41}')],
    ] as const;
    let refused = 0;
    for (const [decode, key, bytes] of decoders) {
      for (let i = 0; i < 2_000; i++) {
        const [k, v] = i % 2 === 0 ? [mutated(key, random), bytes] : [key, mutated(bytes, random)];
        try {
          const record = decode(k, v);
          if (record !== null && 'partition' in record && !(record.partition >= 0 && record.partition < 2 ** 21)) {
            throw new Error(`partition ${record.partition}`);
          }
        } catch (error) {
          if (!(error instanceof MalformedRecordError)) throw error;
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(2_000);
  });
});
