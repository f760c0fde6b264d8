import { MAX_PARTITION } from '../../model/topic-partition.ts';

/**
 * A record that does not have the format that MM2 gives it. The error carries no record content: it may be a secret.
 */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

/**
 * Text in UTF-8. Invalid bytes are rejected: replacing them could make two names the same. @throws MalformedRecordError
 */
export function utf8(bytes: Buffer, start = 0, end = bytes.length): string {
  const text = bytes.toString('utf8', start, end);
  const isReplaced = text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes.subarray(start, end));
  if (isReplaced) throw new MalformedRecordError('not UTF-8');
  return text;
}

/** The legal name that was seen last: MM2 writes hundreds of records of one topic in a row. */
let lastName: string | null = null;

/** @throws MalformedRecordError if Kafka allows no topic of that name */
export function topicName(name: string): string {
  if (name === lastName) return lastName;
  const isLegal = /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..';
  if (!isLegal) throw new MalformedRecordError('a name that no topic has');
  lastName = name;
  return name;
}

/** @throws MalformedRecordError */
export function partitionNumber(partition: number): number {
  if (Number.isInteger(partition) && partition >= 0 && partition <= MAX_PARTITION) return partition;
  throw new MalformedRecordError(`partition ${partition}`);
}

/** Where two words become one bigint: Buffer puts it together of four others, and an audit reads hundreds of thousands. */
const WORDS = new DataView(new ArrayBuffer(8));

/** Reads Kafka's protocol primitives (big-endian, `org.apache.kafka.common.protocol.types.Type`) and never past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  int64(): bigint {
    const start = this.#take(8);
    WORDS.setInt32(0, this.#bytes.readInt32BE(start));
    WORDS.setInt32(4, this.#bytes.readInt32BE(start + 4));
    return WORDS.getBigInt64(0);
  }

  /** STRING: int16 length, then UTF-8; MM2 never writes null. */
  string(): string {
    const length = this.int16();
    if (length < 0) throw new MalformedRecordError(`string of length ${length}`);
    const start = this.#take(length);
    return utf8(this.#bytes, start, start + length);
  }

  /** The name of a topic, if Kafka allows it (`org.apache.kafka.common.internals.Topic`). */
  topic(): string {
    return topicName(this.string());
  }

  partition(): number {
    return partitionNumber(this.int32());
  }

  /** An offset of a record. */
  offset(): bigint {
    const offset = this.int64();
    if (offset < 0n) throw new MalformedRecordError(`offset ${offset}`);
    return offset;
  }

  /** Rejects leftover bytes: a longer record is not in the format that we know. */
  end(): void {
    const left = this.#bytes.length - this.#position;
    if (left > 0) throw new MalformedRecordError(`${left} bytes left over`);
  }

  #take(length: number): number {
    const start = this.#position;
    if (start + length > this.#bytes.length) {
      throw new MalformedRecordError(`${length} bytes wanted, ${this.#bytes.length - start} left`);
    }
    this.#position = start + length;
    return start;
  }
}
