import type { RecordedPartitionTruth } from './recording.ts';

/**
 * The truth about a recorded partition. The recorder found it by reading every record. It answers the same questions as
 * `PartitionTruth` for a live partition.
 */
export class RecordedTruth {
  readonly missing: bigint;
  /** Source offset by target offset. If a record has several copies, the recording has the first and the last. */
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
    // An earlier moment has the records that the source has deleted since.
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
