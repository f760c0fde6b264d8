import { MAX_BODY_BYTES } from './frame-limits.ts';

/** Stored bytes cannot be decoded; the caller adds which ones. */
export class MalformedHistoryError extends Error {
  override readonly name = 'MalformedHistoryError';
}

const TEXT = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true }) };

/** A growing byte buffer for unsigned LEB128 numbers, length-prefixed text, and columns. */
export class ByteSink {
  #bytes = new Uint8Array(1_024);
  #length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2⁵³ − 1. */
  count(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a count: ${value}`);
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  text(value: string): void {
    this.raw(TEXT.encoder.encode(value));
  }

  raw(value: Uint8Array): void {
    this.count(value.length);
    this.reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Allocates space before a column is written byte by byte. */
  reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what a `ByteSink` wrote. @throws MalformedHistoryError if the bytes end too early or are invalid */
export class ByteSource {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#position;
  }

  byte(): number {
    const value = this.#bytes[this.#position];
    if (value === undefined) throw new MalformedHistoryError('the bytes end too early');
    this.#position++;
    return value;
  }

  count(): number {
    const first = this.byte();
    if (first < 128) return first;
    let value = first & 127;
    for (let factor = 128; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (!Number.isSafeInteger(value)) throw new MalformedHistoryError('a number is too large');
      if (byte < 128) return value;
    }
  }

  /** A count of items that take at least one byte each, so it cannot exceed the number of bytes left, nor `most`. */
  countOfBytes(most: number): number {
    const value = this.count();
    if (value > this.left) throw new MalformedHistoryError(`${value} items declared, ${this.left} bytes left`);
    if (value > most) throw new MalformedHistoryError(`${value} items declared, the limit is ${most}`);
    return value;
  }

  text(): string {
    try {
      return TEXT.decoder.decode(this.raw());
    } catch (error) {
      if (error instanceof MalformedHistoryError) throw error;
      throw new MalformedHistoryError('a name is not UTF-8');
    }
  }

  raw(): Uint8Array {
    return this.take(this.countOfBytes(MAX_BODY_BYTES));
  }

  /** The next bytes, as a view. */
  take(length: number): Uint8Array {
    if (length > this.left) throw new MalformedHistoryError('the bytes end too early');
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }
}
