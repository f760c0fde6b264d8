/** A record that does not have the shape that MM2 gives it. Carries no record content: it may be a secret. */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

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
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  /** STRING: int16 length, then UTF-8; MM2 never writes null. */
  string(): string {
    const length = this.int16();
    if (length < 0) throw new MalformedRecordError(`string of length ${length}`);
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Refuses what is left over: a longer record is not the one we know. */
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
