import type { LogScan } from '../domain/model/cluster.ts';

/**
 * How far one of MM2's topics was read, and what that gave: the next audit in the same process reads what is new. For
 * topics whose newest record of a key counts, so that what compaction removes in between is not missed.
 */
export class TopicTail<T> {
  readonly #empty: () => T;
  #topicId: string | null = null;
  #next = new Map<number, bigint>();
  #value: T;

  constructor(empty: () => T) {
    this.#empty = empty;
    this.#value = empty();
  }

  get value(): T {
    return this.#value;
  }

  /** Starts again if the topic is not the one that was read before. */
  meet(topicId: string | null): void {
    if (topicId !== this.#topicId) this.forget();
    this.#topicId = topicId;
  }

  /** Offset to continue from. */
  from(partition: number): bigint {
    return this.#next.get(partition) ?? 0n;
  }

  /** Whether a read that continued from here missed records that were deleted, or is of a log that was cut off. */
  missed(partition: number, scan: LogScan): boolean {
    const from = this.from(partition);
    return from > 0n && (scan.start > from || scan.end < from);
  }

  advance(partition: number, scan: LogScan): void {
    this.#next.set(partition, scan.next);
  }

  forget(): void {
    this.#next = new Map();
    this.#value = this.#empty();
  }
}
