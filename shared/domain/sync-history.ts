/** One offset sync with where and when MM2 wrote it. */
export interface SyncPoint {
  /** Offset of the record in the offset-syncs topic; −1 for a point that was found by comparing records. */
  readonly logOffset: bigint;
  /** Timestamp of that record: ms since the epoch. */
  readonly timestamp: bigint;
  readonly upstream: bigint;
  readonly downstream: bigint;
}

/**
 * The offset syncs of one partition in the order in which MM2 wrote them. Columns rather than objects: a flow can
 * hold millions of syncs, and an audit has to stay small.
 */
export class SyncHistory {
  #columns = new BigInt64Array(16);
  #length = 0;

  static of(points: Iterable<SyncPoint>): SyncHistory {
    const history = new SyncHistory();
    for (const p of points) history.push(p);
    return history;
  }

  get length(): number {
    return this.#length;
  }

  push(point: SyncPoint): void {
    const at = this.#length * 4;
    if (at === this.#columns.length) {
      const grown = new BigInt64Array(this.#columns.length * 2);
      grown.set(this.#columns);
      this.#columns = grown;
    }
    this.#columns[at] = point.logOffset;
    this.#columns[at + 1] = point.timestamp;
    this.#columns[at + 2] = point.upstream;
    this.#columns[at + 3] = point.downstream;
    this.#length++;
  }

  upstream(index: number): bigint {
    return this.#value(index, 2);
  }

  downstream(index: number): bigint {
    return this.#value(index, 3);
  }

  at(index: number): SyncPoint {
    return {
      logOffset: this.#value(index, 0),
      timestamp: this.#value(index, 1),
      upstream: this.#value(index, 2),
      downstream: this.#value(index, 3),
    };
  }

  #value(index: number, column: number): bigint {
    const value = index < 0 || index >= this.#length ? undefined : this.#columns[index * 4 + column];
    if (value === undefined) throw new RangeError(`no sync ${index} among ${this.#length}`);
    return value;
  }
}
