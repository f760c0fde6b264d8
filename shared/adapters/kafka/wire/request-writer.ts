/**
 * Writes Kafka's protocol primitives into a buffer that grows. In a flexible version (KIP-482), strings and arrays get
 * compact lengths, and structures end with tagged fields. We never send any tagged field.
 */
export class RequestWriter {
  readonly #flexible: boolean;
  #bytes: Buffer;
  #length = 0;

  constructor(flexible: boolean, capacity = 256) {
    this.#flexible = flexible;
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** The bytes written so far: a view that the next write may invalidate. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  int8(value: number): this {
    const start = this.#reserve(1);
    this.#bytes.writeInt8(value, start);
    return this;
  }

  int16(value: number): this {
    const start = this.#reserve(2);
    this.#bytes.writeInt16BE(value, start);
    return this;
  }

  int32(value: number): this {
    const start = this.#reserve(4);
    this.#bytes.writeInt32BE(value, start);
    return this;
  }

  int64(value: bigint): this {
    const start = this.#reserve(8);
    this.#bytes.writeBigInt64BE(value, start);
    return this;
  }

  uvarint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      const start = this.#reserve(1);
      this.#bytes.writeUInt8((rest & 0x7f) | 0x80, start);
      rest >>>= 7;
    }
    const last = this.#reserve(1);
    this.#bytes.writeUInt8(rest, last);
    return this;
  }

  /** The zero UUID: no topic id. */
  noUuid(): this {
    const start = this.#reserve(16);
    this.#bytes.fill(0, start, start + 16);
    return this;
  }

  string(value: string): this {
    const length = Buffer.byteLength(value);
    if (this.#flexible) this.uvarint(length + 1);
    else this.int16(length);
    const start = this.#reserve(length);
    this.#bytes.write(value, start, 'utf8');
    return this;
  }

  nullString(): this {
    return this.#flexible ? this.uvarint(0) : this.int16(-1);
  }

  nullArray(): this {
    return this.#flexible ? this.uvarint(0) : this.int32(-1);
  }

  array<T>(values: readonly T[], element: (value: T) => void): this {
    this.arrayLength(values.length);
    for (const value of values) element(value);
    return this;
  }

  /** Starts an array whose elements the caller writes. */
  arrayLength(length: number): this {
    return this.#flexible ? this.uvarint(length + 1) : this.int32(length);
  }

  /** An empty set of tagged fields. Writes nothing before flexible versions. */
  tags(): this {
    return this.#flexible ? this.uvarint(0) : this;
  }

  /** Call before each write to the buffer, because it may replace the buffer. */
  #reserve(length: number): number {
    const start = this.#length;
    if (start + length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, start + length));
      this.#bytes.copy(grown, 0, 0, start);
      this.#bytes = grown;
    }
    this.#length = start + length;
    return start;
  }
}
