import { PartitionMap } from '../../model/partition-map.ts';

/**
 * Notices what the offset-syncs topic has lost while it is read in order. A lost record may have been a sync of any
 * partition, so that each partition's next sync has a hole in front of it.
 */
export class SyncLogHoles {
  readonly #seen = new PartitionMap<bigint>();
  #next: bigint;
  /** Where the newest hole ends; −1 before the first. */
  #holeEnd = -1n;

  /**
   * @param from offset that reading goes on from
   * @param lost whether what was in front of it is known to be lost
   */
  constructor(from: bigint, lost: boolean) {
    this.#next = from;
    if (lost) this.#holeEnd = from;
  }

  /** Tells of the next record, in rising order: everything between it and the one before is missing. */
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

  /** Whether this reading brought a sync of the partition. */
  has(topic: string, partition: number): boolean {
    return this.#seen.get(topic, partition) !== undefined;
  }
}
