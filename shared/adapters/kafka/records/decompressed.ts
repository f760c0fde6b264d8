import { repeatBytes } from './repeat-bytes.ts';
import { UnreadableRecordsError } from './unreadable-records-error.ts';

/**
 * The limit for a batch when decompressed. Java's producers keep a batch below `max.request.size` (1 MiB by default)
 * before compression. A megabyte of zeros can claim any length.
 */
export const MAX_BATCH_BYTES = 64 * 1024 * 1024;

export function tooLarge(): UnreadableRecordsError {
  const most = `${MAX_BATCH_BYTES / (1024 * 1024)} MiB`;
  return new UnreadableRecordsError('BATCH_TOO_LARGE', `a record batch takes more than ${most} when decompressed`);
}

/** The output of a decompressor. It grows, but never beyond `MAX_BATCH_BYTES`. */
export class Decompressed {
  length = 0;
  #bytes: Buffer;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(Math.min(Math.max(capacity, 1024), MAX_BATCH_BYTES));
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** @throws UnreadableRecordsError BATCH_TOO_LARGE */
  append(part: Buffer): void {
    this.#reserve(part.length);
    part.copy(this.#bytes, this.length);
    this.length += part.length;
  }

  /** Repeats the bytes written `offset` bytes ago. @throws UnreadableRecordsError BATCH_TOO_LARGE */
  repeat(offset: number, count: number): void {
    this.#reserve(count);
    repeatBytes(this.#bytes, this.length, offset, count);
    this.length += count;
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#bytes.length) return;
    if (needed > MAX_BATCH_BYTES) throw tooLarge();
    const grown = Buffer.allocUnsafe(Math.min(Math.max(this.#bytes.length * 2, needed), MAX_BATCH_BYTES));
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }
}
