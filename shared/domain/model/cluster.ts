// What can be read of a Kafka cluster, in Kafka's own words and without judgement.

import type { TopicPartition } from './topic-partition.ts';

/** A broker as metadata names it. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** One topic's metadata; a partition without a leader keeps `leader: null`. */
export interface TopicMetadata {
  readonly topic: string;
  /** Base64url topic id as Kafka prints it (KIP-516), or null if the broker is older than 2.8. */
  readonly id: string | null;
  readonly internal: boolean;
  /** Leader node id per partition, index = partition. */
  readonly leaders: readonly (number | null)[];
  readonly replicationFactor: number;
}

export interface ClusterMetadata {
  readonly clusterId: string | null;
  readonly brokers: readonly BrokerNode[];
  readonly topics: ReadonlyMap<string, TopicMetadata>;
}

/** Where a partition's log begins and ends, in offsets; `end` values are the offset of the *next* record. */
export interface LogOffsets {
  readonly start: bigint;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  /** The leader epoch (KIP-101) of the broker that answered; absent if it did not say. */
  readonly leaderEpoch?: number;
}

/** A leader epoch of a partition. */
export interface PartitionEpoch extends TopicPartition {
  readonly leaderEpoch: number;
}

/** The first record that a log still holds. Transaction markers are no records. */
export interface FirstRecord {
  readonly offset: bigint;
  /** ms since the epoch, as the producer or the broker set it. */
  readonly timestamp: bigint;
}

/** A consumer group as ListGroups (v4+) or DescribeGroups names it. */
export interface GroupListing {
  readonly group: string;
  /** Kafka's own: Empty, Stable, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Dead, Unknown. */
  readonly state: string;
  readonly type: 'classic' | 'consumer' | 'share' | 'streams' | 'unknown';
  /** `consumer`, `connect`, or '' where the group has no members. */
  readonly protocolType: string;
}

/** A position that a group has committed. */
export interface Commit {
  readonly offset: bigint;
  /** Leader epoch of the last record before it that the group read (KIP-320); absent if its client did not say. */
  readonly leaderEpoch?: number;
}

/** A group's commit for one partition; partitions without a commit are left out. */
export interface CommittedOffset extends TopicPartition, Commit {}

export interface RecordHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** A record as it lies in the log. */
export interface LogRecord {
  readonly offset: bigint;
  /** Milliseconds since the epoch; −1 where the record has none. */
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  /** The broker set the timestamp when it wrote the record (LogAppendTime). */
  readonly appendTime?: true;
}

export type IsolationLevel = 'read_uncommitted' | 'read_committed';

/** What to read of one partition, without a group: data records of [from, until), or to the log's present end. */
export interface ScanRequest {
  readonly topic: string;
  readonly partition: number;
  /** Clamped to the log. */
  readonly from: bigint;
  readonly isolation: IsolationLevel;
  /** Exclusive. If absent, the log's end. */
  readonly until?: bigint;
  /** Ends the read after this many bytes. The first batch always arrives whole (KIP-74). */
  readonly maxBytes?: number;
}

/** A read of one partition from a position up to the end that the log had when the read began, or to its limit. */
export interface LogScan {
  /** Log start when the read began. */
  readonly start: bigint;
  /** High watermark when the read began: the read stops here. */
  readonly end: bigint;
  /** Offset to continue from next time: every data record before it was visited, and none from it on. */
  readonly next: bigint;
  /** Bytes of record batches that the broker sent. */
  readonly bytes: number;
}

/** Look at the first data record at or after `offset`, scanning no further than `until` (exclusive). */
export interface PeekRequest {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly until: bigint;
  readonly isolation: IsolationLevel;
}

export interface Peek {
  /** First data record in [offset, until); control records never count, aborted ones not under read_committed. */
  readonly record: LogRecord | null;
  /** Everything in [offset, scannedTo) was looked at: `record: null` is proof of absence only when scannedTo ≥ until. */
  readonly scannedTo: bigint;
  /** Aborted transactions that the broker named for the fetched range; only under read_committed. */
  readonly abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
}
