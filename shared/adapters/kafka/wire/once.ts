import { MalformedResponseError } from './response-reader.ts';

/** Rejects an answer that names a thing twice, because it is unknown which of the two is true. */
export class Once<K> {
  readonly #seen = new Set<K>();

  /** @throws MalformedResponseError the second time */
  see(key: K): void {
    if (this.#seen.has(key)) throw new MalformedResponseError('it names something twice');
    this.#seen.add(key);
  }
}

/** The same for the partitions of one topic after another: one list for an answer, which has up to 100,000 of them. */
export class OncePerTopic {
  #topic = 0;
  /** By partition: which topic named it last. */
  readonly #seenIn: number[] = [];

  nextTopic(): void {
    this.#topic++;
  }

  /** @throws MalformedResponseError the second time in one topic */
  see(partition: number): void {
    if (this.#seenIn[partition] === this.#topic) throw new MalformedResponseError('it names something twice');
    this.#seenIn[partition] = this.#topic;
  }
}
