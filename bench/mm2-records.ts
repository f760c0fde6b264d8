/** Records in MM2's formats: `OffsetSync`, `Checkpoint`, `Heartbeat` of `org.apache.kafka.connect.mirror`. */
export interface KeyAndValue {
  readonly key: Buffer;
  readonly value: Buffer;
}

export function offsetSync(topic: string, partition: number, upstream: number, downstream: number): KeyAndValue {
  return {
    key: Buffer.concat([text(topic), int32(partition)]),
    value: Buffer.concat([int64(upstream), int64(downstream)]),
  };
}

export function checkpoint(
  group: string,
  targetTopic: string,
  partition: number,
  upstream: number,
  downstream: number,
): KeyAndValue {
  return {
    key: Buffer.concat([text(group), text(targetTopic), int32(partition)]),
    value: Buffer.concat([VERSION_0, int64(upstream), int64(downstream), text('')]),
  };
}

export function heartbeat(source: string, target: string, timestamp: number): KeyAndValue {
  return { key: Buffer.concat([text(source), text(target)]), value: Buffer.concat([VERSION_0, int64(timestamp)]) };
}

/** Connect's JSON record of the source connector's position. */
export function connectOffset(cluster: string, topic: string, partition: number, offset: number): KeyAndValue {
  return {
    key: Buffer.from(JSON.stringify(['MirrorSourceConnector', { cluster, partition, topic }])),
    value: Buffer.from(JSON.stringify({ offset })),
  };
}

const VERSION_0 = Buffer.alloc(2);

function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}
