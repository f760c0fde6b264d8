import type { PartitionMap } from '../../model/partition-map.ts';
import type { SyncHistory } from './sync-history.ts';

/** The offset-syncs topic as a whole: what an earlier audit read of it, and what has come since. */
export interface ObservedSyncs {
  readonly topic: string;
  readonly topicId: string | null;
  /** Offset in that topic to continue from next time. */
  readonly readTo: bigint;
  /** By *source* topic and partition. */
  readonly histories: PartitionMap<SyncHistory>;
  /** Records that are not offset syncs. */
  readonly malformed: number;
}
