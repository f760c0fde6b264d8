import type { LogRecord } from '../../shared/domain/model/cluster.ts';

/** What a record of one of MM2's own topics holds: its key and value. */
export type MirrorRecord = Pick<LogRecord, 'key' | 'value'>;

export function syncRecord(topic: string, upstream: bigint, downstream: bigint): MirrorRecord {
  return { key: bytes(text(topic), int32(0)), value: bytes(int64(upstream), int64(downstream)) };
}

export function checkpointRecord(group: string, topic: string, upstream: bigint, downstream: bigint): MirrorRecord {
  return {
    key: bytes(text(group), text(topic), int32(0)),
    value: bytes(VERSION, int64(upstream), int64(downstream), text('')),
  };
}

/** A heartbeat that was written on the cluster `source`. */
export function heartbeatRecord(source: string, at: number): MirrorRecord {
  return { key: bytes(text('any'), text(source)), value: bytes(VERSION, int64(BigInt(at))) };
}

/** @param offset the last source offset that Connect has committed */
export function connectRecord(cluster: string, topic: string, offset: number): MirrorRecord {
  return {
    key: Buffer.from(JSON.stringify(['MirrorSourceConnector', { cluster, topic, partition: 0 }])),
    value: Buffer.from(JSON.stringify({ offset })),
  };
}

const VERSION = Buffer.from([0, 0]);

function bytes(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function text(value: string): Buffer {
  const length = Buffer.allocUnsafe(2);
  length.writeInt16BE(Buffer.byteLength(value));
  return bytes(length, Buffer.from(value));
}

function int32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function int64(value: bigint): Buffer {
  const buffer = Buffer.allocUnsafe(8);
  buffer.writeBigInt64BE(value);
  return buffer;
}
