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
