import { MalformedRecordError } from './byte-reader.ts';

/**
 * Kafka Connect's own memory of a mirrored partition: `offset` is the last *acknowledged* source offset, so that a
 * restarted task goes on at `offset + 1`. Null is a tombstone (`MirrorUtils.wrapOffset`, Connect's offset storage).
 */
export interface ConnectOffset {
  /** `MirrorSourceConnector` in dedicated mode, `A->B.MirrorSourceConnector` under Strimzi. */
  readonly connector: string;
  /** Alias of the source cluster. */
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint | null;
}

/** The source position in an offset topic's record, or null where the record belongs to another kind of connector. */
export function decodeConnectOffset(key: Buffer, value: Buffer | null): ConnectOffset | null {
  const [connector, partition] = parseKey(key.toString('utf8'));
  if (typeof partition !== 'object' || partition === null) return null;
  const { cluster, topic, partition: number } = partition as Record<string, unknown>;
  // Heartbeat and checkpoint connectors store maps of other keys; MM2 never reads those back.
  if (typeof cluster !== 'string' || typeof topic !== 'string' || typeof number !== 'number') return null;
  return { connector, cluster, topic, partition: number, offset: value === null ? null : parseOffset(value) };
}

function parseKey(text: string): [string, unknown] {
  const parsed = parseJson(text);
  if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') {
    throw new MalformedRecordError('the key is not [connector, partition]');
  }
  return [parsed[0], parsed[1]];
}

function parseOffset(value: Buffer): bigint {
  const text = value.toString('utf8');
  parseJson(text);
  // JSON.parse would round offsets beyond 2^53; the digits themselves do not lie.
  const digits = /"offset"\s*:\s*(-?\d+)/.exec(text)?.[1];
  if (digits === undefined) throw new MalformedRecordError('the value has no whole "offset"');
  return BigInt(digits);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedRecordError('not JSON', { cause });
  }
}
