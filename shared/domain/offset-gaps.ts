/**
 * Offsets that a compacted log no longer holds, as disjoint rising ranges [from, to). In the offset-syncs topic a gap
 * may have been a sync of any partition: what lies across one was not seen whole.
 */
export class OffsetGaps {
  readonly #ranges: { readonly from: bigint; readonly to: bigint }[] = [];
  #next: bigint | null = null;

  /** Tells of the next record read, in rising order; everything between it and the last one is a gap. */
  visit(offset: bigint): void {
    if (this.#next !== null && offset > this.#next) this.#ranges.push({ from: this.#next, to: offset });
    this.#next = offset + 1n;
  }

  /** Whether any offset strictly between `after` and `before` is missing. */
  between(after: bigint, before: bigint): boolean {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = this.#ranges[middle];
      if (range !== undefined && range.to <= after + 1n) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low];
    return range !== undefined && range.from < before;
  }
}
