import type { LogScan } from '../../model/cluster.ts';
import { PartitionMap } from '../../model/partition-map.ts';
import type { OffsetSync } from '../records/offset-sync.ts';
import type { ObservedSyncs } from './observed-syncs.ts';
import { addSync, SyncHistory } from './sync-history.ts';
import { SyncLogHoles } from './sync-log-holes.ts';

/**
 * Reads the offset-syncs topic from where an earlier audit stopped, and adds what has come since to what that audit
 * knew. Records lost in between, by deletion or with the topic itself, show as holes.
 */
export class SyncReading {
  /** Offset to continue from. */
  readonly from: bigint;
  readonly #topic: string;
  readonly #topicId: string | null;
  readonly #known: ObservedSyncs | null;
  /** The topic is not the one that was read before: everything in it is new. */
  readonly #isAnother: boolean;
  readonly #histories: PartitionMap<SyncHistory>;
  readonly #holes: SyncLogHoles;
  #malformed = 0;

  constructor(topic: string, topicId: string | null, known: ObservedSyncs | null) {
    this.#topic = topic;
    this.#topicId = topicId;
    this.#known = known;
    this.#isAnother = known !== null && topicId !== null && known.topicId !== null && topicId !== known.topicId;
    this.from = known === null || this.#isAnother ? 0n : known.readTo;
    this.#histories = known?.histories.map((history) => history.copy()) ?? new PartitionMap();
    this.#holes = new SyncLogHoles(this.from, this.#isAnother);
  }

  /** @param offset of the record in the offset-syncs topic, rising */
  visit(offset: bigint, timestamp: bigint, sync: OffsetSync | 'malformed' | null): void {
    this.#holes.visit(offset);
    if (sync === 'malformed') this.#malformed++;
    else if (sync !== null) {
      const { topic, partition, upstream, downstream } = sync;
      const history = this.#histories.getOrCreate(topic, partition, () => new SyncHistory());
      const hole = this.#holes.holeBefore(topic, partition, offset);
      addSync(history, { timestamp, upstream, downstream, hole });
    }
  }

  /** What is known now, after the topic was read as far as `scan` says. */
  result(scan: Pick<LogScan, 'start' | 'end' | 'next'>): ObservedSyncs {
    // Deletion can remove the newest sync of a partition too. Compaction never does, so a gap alone loses nothing here.
    const isLost = this.#isAnother || scan.start > this.from || scan.end < this.from;
    if (this.#known !== null && isLost) {
      for (const [topic, partition, history] of this.#histories.entries()) {
        if (!this.#holes.has(topic, partition)) history.breakBeforeNext('hole');
      }
    }
    return {
      topic: this.#topic,
      topicId: this.#topicId,
      readTo: scan.next,
      histories: this.#histories,
      malformed: this.#malformed,
    };
  }
}
