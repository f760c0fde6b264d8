import { ByteReader, MalformedRecordError } from './byte-reader.ts';

/** Proof of life that MM2 writes once a second (`org.apache.kafka.connect.mirror.Heartbeat`, version 0). */
export interface Heartbeat {
  readonly source: string;
  readonly target: string;
  /** Milliseconds since the epoch, by the clock of the MM2 worker. */
  readonly timestamp: bigint;
}

/** @throws MalformedRecordError */
export function decodeHeartbeat(key: Buffer, value: Buffer): Heartbeat {
  const keys = new ByteReader(key);
  const source = keys.string();
  const target = keys.string();
  keys.end();
  const values = new ByteReader(value);
  const version = values.int16();
  if (version !== 0) throw new MalformedRecordError(`heartbeat version ${version}, only 0 is known`);
  const timestamp = values.int64();
  values.end();
  return { source, target, timestamp };
}
