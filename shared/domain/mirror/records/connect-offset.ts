import { MalformedRecordError, partitionNumber, topicName, utf8 } from './byte-reader.ts';

/** MM2's offsets take a few hundred bytes. Nested JSON takes fifty times its length in memory. */
const MAX_JSON_BYTES = 16 * 1024;
const MAX_OFFSET = 2n ** 63n - 1n;

/**
 * Kafka Connect's own memory of a mirrored partition. `offset` is the last *acknowledged* source offset, so a restarted
 * task continues at `offset + 1`. Null is a tombstone (`MirrorUtils.wrapOffset`, Connect's offset storage).
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

/** The source position in a record of the offsets topic, or null if the record belongs to another kind of connector. */
export function decodeConnectOffset(key: Buffer, value: Buffer | null): ConnectOffset | null {
  const [connector, partition] = parseKey(key);
  if (typeof partition !== 'object' || partition === null) return null;
  const { cluster, topic, partition: number } = partition as Record<string, unknown>;
  // Heartbeat and checkpoint connectors store maps with other keys; MM2 never reads those back.
  if (typeof cluster !== 'string' || typeof topic !== 'string' || typeof number !== 'number') return null;
  const offset = value === null ? null : parseOffset(value);
  return { connector, cluster, topic: topicName(topic), partition: partitionNumber(number), offset };
}

function parseKey(key: Buffer): [string, unknown] {
  const parsed = parseJson(key).value;
  if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') {
    throw new MalformedRecordError('the key is not [connector, partition]');
  }
  return [parsed[0], parsed[1]];
}

function parseOffset(value: Buffer): bigint {
  const { text, value: parsed } = parseJson(value);
  const offset = typeof parsed === 'object' && parsed !== null && 'offset' in parsed ? parsed.offset : undefined;
  if (Number.isSafeInteger(offset) && Number(offset) >= 0) return BigInt(Number(offset));
  // JSON.parse rounds numbers beyond 2^53. The digits in the text are exact, if only one "offset" has digits.
  const [first, ...others] = [...text.matchAll(/"offset"\s*:\s*(\d+)\s*[,}]/g)].map(([, digits = '']) =>
    BigInt(digits),
  );
  if (first === undefined || others.length > 0 || Number(first) !== offset || first > MAX_OFFSET) {
    throw new MalformedRecordError('the value has no whole "offset"');
  }
  return first;
}

function parseJson(bytes: Buffer): { readonly text: string; readonly value: unknown } {
  if (bytes.length > MAX_JSON_BYTES) throw new MalformedRecordError(`${bytes.length} bytes of JSON`);
  const text = utf8(bytes);
  try {
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw new MalformedRecordError('not JSON', { cause });
  }
}
