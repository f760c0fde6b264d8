import { isUtf8 } from 'node:buffer';
import { MAX_PARTITION } from '../../../domain/model/topic-partition.ts';

/** An answer that violates the protocol: too short, too long, or with impossible lengths. Holds none of its content. */
export class MalformedResponseError extends Error {
  override readonly name = 'MalformedResponseError';
}

/**
 * More than any answer has (2.5 million commits, see `MAX_RESPONSE_BYTES`). Decoded elements take many times their
 * bytes.
 */
const MAX_ELEMENTS = 3_000_000;
/** The limit in Kafka's own readers and writers, even if the protocol allows more. */
const MAX_STRING_BYTES = 0x7fff;

/**
 * Reads Kafka's protocol primitives (Kafka protocol guide, "Protocol Primitive Types"), and never past the end. In a
 * flexible version (KIP-482), strings, bytes and arrays have compact lengths, and structures end with tagged fields.
 * One reader handles both kinds of version, so that a codec lists each field once.
 */
export class ResponseReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #flexible: boolean;
  readonly #names: Map<string, string>;
  #position = 0;
  #elements = 0;
  /** KIP-219: how long the broker asks us to wait before the next request, in milliseconds. */
  throttleTimeMs = 0;

  /** @param names one map for all answers of a cluster: memory then holds a topic's name once, not once per group */
  constructor(bytes: Buffer, flexible: boolean, names: Map<string, string> = new Map()) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#flexible = flexible;
    this.#names = names;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  int64(): bigint {
    // Buffer puts a bigint together of four others, and an audit reads hundreds of thousands.
    return this.#view.getBigInt64(this.#take(8));
  }

  /** UNSIGNED_VARINT of at most 32 bits. */
  uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedResponseError('an unsigned varint has more than five bytes');
  }

  /** Base64url, as Kafka prints a topic id. Null for the zero UUID, which means that there is no id. */
  uuid(): string | null {
    const start = this.#take(16);
    const id = this.#bytes.subarray(start, start + 16);
    return id.every((byte) => byte === 0) ? null : id.toString('base64url');
  }

  string(): string {
    const value = this.nullableString();
    if (value === null) throw new MalformedResponseError('a string that must not be null is null');
    return value;
  }

  nullableString(): string | null {
    const length = this.#flexible ? this.uvarint() - 1 : this.int16();
    if (length < 0) return null;
    if (length > MAX_STRING_BYTES) throw new MalformedResponseError(`a string of ${length} bytes`);
    const start = this.#take(length);
    const value = this.#bytes.toString('utf8', start, start + length);
    // Replacing invalid bytes could make two names equal.
    if (value.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, start + length))) {
      throw new MalformedResponseError('a string is not UTF-8');
    }
    return value;
  }

  partition(): number {
    const partition = this.int32();
    if (partition < 0 || partition > MAX_PARTITION) throw new MalformedResponseError(`a partition ${partition}`);
    return partition;
  }

  /** A string that occurs often, such as a topic's name. Equal ones share their memory. */
  name(): string {
    const value = this.string();
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    this.#names.set(value, value);
    return value;
  }

  /** A view of the answer's own memory, not a copy. */
  nullableBytes(): Buffer | null {
    const length = this.#flexible ? this.uvarint() - 1 : this.int32();
    if (length < 0) return null;
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  array<T>(element: (reader: this) => T): T[] {
    const length = this.arrayLength();
    const values: T[] = [];
    for (let i = 0; i < length; i++) values.push(element(this));
    return values;
  }

  /** Skips an array without keeping its elements. */
  skipArray(element: (reader: this) => void): void {
    const length = this.arrayLength();
    for (let i = 0; i < length; i++) element(this);
  }

  /** Number of elements of an array that the caller reads; 0 for a null array. */
  arrayLength(): number {
    const length = this.#flexible ? this.uvarint() - 1 : this.int32();
    // Every element has at least one byte. A longer array was decoded wrongly and must not fill the memory.
    if (length > this.remaining) throw new MalformedResponseError(`array of ${length}, ${this.remaining} bytes left`);
    const elements = Math.max(length, 0);
    this.#elements += elements;
    if (this.#elements > MAX_ELEMENTS) throw new MalformedResponseError(`more than ${MAX_ELEMENTS} elements`);
    return elements;
  }

  /** Skips an array of int32 and returns its length. */
  skipInt32s(): number {
    const length = Math.max(this.#flexible ? this.uvarint() - 1 : this.int32(), 0);
    this.#take(length * 4);
    return length;
  }

  /**
   * Skips the tagged fields at the end of a structure, which are all optional. Reads nothing before flexible versions.
   */
  tags(): void {
    if (!this.#flexible) return;
    const count = this.uvarint();
    for (let i = 0; i < count; i++) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }

  throttle(): void {
    this.throttleTimeMs = this.int32();
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** Rejects trailing bytes: they show that the answer was not understood. */
  end(): void {
    if (this.remaining > 0) throw new MalformedResponseError(`${this.remaining} bytes left over`);
  }

  #take(length: number): number {
    const start = this.#position;
    if (length < 0 || start + length > this.#bytes.length) {
      throw new MalformedResponseError(`${length} bytes expected, ${this.#bytes.length - start} left`);
    }
    this.#position = start + length;
    return start;
  }
}
