import { ByteReader, MalformedRecordError } from './byte-reader.ts';

/**
 * A group's position that MM2 translated to the target (`org.apache.kafka.connect.mirror.Checkpoint`, version 0).
 * `topic` is the *target's* name of the topic.
 */
export interface Checkpoint {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly upstream: bigint;
  readonly downstream: bigint;
}

/** @throws MalformedRecordError */
export function decodeCheckpoint(key: Buffer, value: Buffer): Checkpoint {
  const keys = new ByteReader(key);
  const group = keys.string();
  const topic = keys.topic();
  const partition = keys.partition();
  keys.end();
  const values = new ByteReader(value);
  const version = values.int16();
  // Kafka 4.4 rejects other versions as well (KAFKA-20659): an unknown field could change the meaning.
  if (version !== 0) throw new MalformedRecordError(`checkpoint version ${version}, only 0 is known`);
  const upstream = values.offset();
  const downstream = values.offset();
  values.string();
  values.end();
  return { group, topic, partition, upstream, downstream };
}
