import type { RecordedPartitionTruth } from './recording.ts';

/**
 * What was really so of a recorded partition, as the recorder found it by reading every record: the same questions as
 * `PartitionTruth` answers of a live one.
 */
export class RecordedTruth {
  readonly missing: bigint;
  /** Source offset per target offset; of two copies the recording has the first and the last. */
  readonly #sourceOf = new Map<number, number>();
  readonly #lastCopy = new Map<number, number>();

  constructor(truth: RecordedPartitionTruth, earlier?: RecordedTruth) {
    this.missing = BigInt(truth.missingCount);
    for (const [source, target, count] of truth.runs) {
      for (let i = 0; i < count; i++) {
        this.#sourceOf.set(target + i, source + i);
        this.#lastCopy.set(source + i, target + i);
      }
    }
    for (const [source, target, count] of truth.lastCopyRuns ?? []) {
      for (let i = 0; i < count; i++) {
        this.#sourceOf.set(target + i, source + i);
        this.#lastCopy.set(source + i, target + i);
      }
    }
    // What the source has deleted since was seen at an earlier moment.
    for (const [target, source] of earlier?.sourceOf ?? []) {
      if (this.#sourceOf.has(target) || this.#lastCopy.has(source)) continue;
      this.#sourceOf.set(target, source);
      this.#lastCopy.set(source, target);
    }
  }

  /** Source offset by target offset. */
  get sourceOf(): ReadonlyMap<number, number> {
    return this.#sourceOf;
  }

  rereads(position: bigint, committed: bigint): bigint {
    let records = 0n;
    for (const [target, source] of this.#sourceOf) if (target >= position && source < committed) records++;
    return records;
  }

  skips(position: bigint, committed: bigint): bigint {
    let records = 0n;
    for (const [source, target] of this.#lastCopy) if (source >= committed && target < position) records++;
    return records;
  }
}
