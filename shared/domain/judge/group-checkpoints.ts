/** The latest checkpoint of one group and *target* topic partition. */
export interface ObservedCheckpoint {
  readonly upstream: bigint;
  readonly downstream: bigint;
  /** When MM2 wrote it: ms since the epoch. */
  readonly timestamp: bigint;
}

const COLUMNS = 3;
const LEAST_CAPACITY = 4;

/**
 * The latest checkpoints of one group by target topic and partition. In columns instead of objects: those of all groups
 * stay in memory from one audit to the next.
 */
export class GroupCheckpoints {
  /** By topic and partition: the place in the columns. */
  readonly #places = new Map<string, (number | undefined)[]>();
  /** Of each checkpoint: upstream, downstream, timestamp. */
  #columns = new BigInt64Array(LEAST_CAPACITY * COLUMNS);
  #length = 0;

  get(topic: string, partition: number): ObservedCheckpoint | undefined {
    const place = this.#places.get(topic)?.[partition];
    if (place === undefined) return undefined;
    const [at, columns] = [place * COLUMNS, this.#columns];
    return { upstream: columns[at] ?? 0n, downstream: columns[at + 1] ?? 0n, timestamp: columns[at + 2] ?? 0n };
  }

  /** The same without an object, for callers that ask for all of them. */
  downstream(topic: string, partition: number): bigint | null {
    const place = this.#places.get(topic)?.[partition];
    return place === undefined ? null : (this.#columns[place * COLUMNS + 1] ?? null);
  }

  set(topic: string, partition: number, { upstream, downstream, timestamp }: ObservedCheckpoint): void {
    const at = this.#placeOf(topic, partition) * COLUMNS;
    this.#columns[at] = upstream;
    this.#columns[at + 1] = downstream;
    this.#columns[at + 2] = timestamp;
  }

  #placeOf(topic: string, partition: number): number {
    let places = this.#places.get(topic);
    if (places === undefined) {
      places = [];
      this.#places.set(topic, places);
    }
    const present = places[partition];
    if (present !== undefined) return present;
    const place = this.#length++;
    places[partition] = place;
    if (this.#length * COLUMNS > this.#columns.length) {
      const columns = new BigInt64Array(this.#columns.length * 2);
      columns.set(this.#columns);
      this.#columns = columns;
    }
    return place;
  }
}
