import { MalformedResponseError } from './response-reader.ts';

/** Refuses an answer that names a thing twice: which of the two is true cannot be known. */
export class Once<K> {
  readonly #seen = new Set<K>();

  /** @throws MalformedResponseError the second time */
  see(key: K): void {
    if (this.#seen.has(key)) throw new MalformedResponseError('it names something twice');
    this.#seen.add(key);
  }
}
