import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MalformedRecordError } from '../../../../../shared/domain/mirror/records/byte-reader.ts';
import { decodeCheckpoint } from '../../../../../shared/domain/mirror/records/checkpoint.ts';
import { decodeConnectOffset } from '../../../../../shared/domain/mirror/records/connect-offset.ts';
import { decodeHeartbeat } from '../../../../../shared/domain/mirror/records/heartbeat.ts';
import { decodeOffsetSync } from '../../../../../shared/domain/mirror/records/offset-sync.ts';
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
    const bytes = fc.uint8Array({ maxLength: 60 }).map((b) => Buffer.from(b));
    fc.assert(
      fc.property(bytes, bytes, (key, value) => {
        for (const decode of [decodeOffsetSync, decodeCheckpoint, decodeHeartbeat, decodeConnectOffset]) {
          try {
            decode(key, value);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedRecordError);
          }
        }
      }),
      { numRuns: propertyRuns(2_000) },
    );
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
