import { PartitionMap } from '../../model/partition-map.ts';

/**
 * Finds out what the offset-syncs topic has lost, while it is read in order. A lost record may have been a sync of any
 * partition, so each partition's next sync has a hole before it.
 */
export class SyncLogHoles {
  readonly #seen = new PartitionMap<bigint>();
  #next: bigint;
  /** Where the newest hole ends; −1 before the first. */
  #holeEnd = -1n;

  /**
   * @param from offset that reading continues from
   * @param lost whether records before `from` are known to be lost
   */
  constructor(from: bigint, lost: boolean) {
    this.#next = from;
    if (lost) this.#holeEnd = from;
  }

  /** Call it with the offset of each record, in rising order: everything between it and the one before is missing. */
  visit(offset: bigint): void {
    if (offset > this.#next) this.#holeEnd = offset;
    this.#next = offset + 1n;
  }

  /** Whether anything is missing between a partition's last sync and this one, which becomes its last. */
  holeBefore(topic: string, partition: number, offset: bigint): boolean {
    const before = this.#seen.get(topic, partition) ?? -1n;
    this.#seen.set(topic, partition, offset);
    return this.#holeEnd > before;
  }

  /** Whether this read found a sync of the partition. */
  has(topic: string, partition: number): boolean {
    return this.#seen.get(topic, partition) !== undefined;
  }
}
