import { ByteReader } from './byte-reader.ts';

/**
 * What MM2 writes to the offset-syncs topic after it produced a record (`org.apache.kafka.connect.mirror.OffsetSync`,
 * no version header). Offset `upstream` of a *source* topic partition became offset `downstream` on the target.
 */
export interface OffsetSync {
  readonly topic: string;
  readonly partition: number;
  readonly upstream: bigint;
  readonly downstream: bigint;
}

/** @throws MalformedRecordError */
export function decodeOffsetSync(key: Buffer, value: Buffer): OffsetSync {
  const keys = new ByteReader(key);
  const topic = keys.topic();
  const partition = keys.partition();
  keys.end();
  const values = new ByteReader(value);
  const upstream = values.offset();
  const downstream = values.offset();
  values.end();
  return { topic, partition, upstream, downstream };
}
