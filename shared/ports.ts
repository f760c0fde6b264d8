import type {
  ClusterMetadata,
  CommittedOffset,
  GroupListing,
  LogOffsets,
  LogRecord,
  LogScan,
  Peek,
  PeekRequest,
  ScanRequest,
} from './domain/model/cluster.ts';
import type { Metric } from './domain/model/metric.ts';
import type { Outcome } from './domain/model/outcome.ts';
import type { PartitionWrite } from './domain/model/partition-write.ts';
import type { Permission } from './domain/model/permission.ts';
import type { TopicPartition } from './domain/model/topic-partition.ts';

/**
 * Reads one cluster, and only reads. One instance serves one audit: it holds connections, a deadline and a count of
 * requests. A part that fails is an `unread` beside the good ones; only these throw:
 * `ClusterUnreachableError`, `AuthenticationError`, `AuthorizationError`.
 */
export interface ClusterReader {
  readonly alias: string;
  /**
   * Asks which of these permissions we lack, for the lists below leave out what we may not describe. A resource name
   * that ends in `*` stands for all that begin so. @throws AuthorizationError naming every one that is missing
   */
  requirePermissions(needed: readonly Permission[]): Promise<void>;
  /** All topics that we may describe, with ids and leaders. */
  metadata(): Promise<ClusterMetadata>;
  /** Start, high watermark and last stable offset; outcomes by partition index, in one request per leader and kind. */
  offsets(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<LogOffsets>[]>>;
  /** Timestamp (ms) of the first record still in each log, null where the log is empty. */
  firstTimestamps(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<bigint | null>[]>>;
  /** Every group of the cluster; brokers that did not answer are listed in `unread`. */
  groups(): Promise<{ readonly groups: readonly GroupListing[]; readonly unread: readonly Outcome<never>[] }>;
  /** Commits of many groups, batched per coordinator. */
  commits(groups: readonly string[]): Promise<ReadonlyMap<string, Outcome<readonly CommittedOffset[]>>>;
  topicConfigs(topics: readonly string[]): Promise<ReadonlyMap<string, Outcome<ReadonlyMap<string, string>>>>;
  /** Visits a partition's data records in order; `LogScan.next` tells how far it came. */
  scan(request: ScanRequest, visit: (record: LogRecord) => void): Promise<Outcome<LogScan>>;
  /** Looks at single records, batched per leader; the answers are in the order of the requests. */
  peek(requests: readonly PeekRequest[]): Promise<readonly Outcome<Peek>[]>;
  /** Requests sent so far, per broker node id: for cost accounting. */
  requestsSent(): ReadonlyMap<number, number>;
  /** Ends every connection at once; never waits for a hung broker. */
  close(): Promise<void>;
}

/**
 * Writes the committed offsets of groups on one cluster, with credentials of its own. The only port that writes to
 * Kafka. Many groups may be written at once. Answers are in the order of what was asked; a retriable failure may have
 * been taken nevertheless, so read back. Only these throw: `ClusterUnreachableError`, `AuthenticationError`,
 * `AuthorizationError`; nothing of that call was taken then.
 */
export interface OffsetWriter {
  readonly alias: string;
  /**
   * One OffsetCommit request for the group (generation −1, no member: as Admin.alterConsumerGroupOffsets does); the
   * broker refuses while it has members. A group that does not exist comes to be.
   */
  commit(group: string, positions: readonly CommittedOffset[]): Promise<readonly PartitionWrite[]>;
  /** One OffsetDelete request for the group: partitions that had no commit before. */
  delete(group: string, partitions: readonly TopicPartition[]): Promise<readonly PartitionWrite[]>;
  /** Ends every connection at once; never waits for a hung broker. */
  close(): Promise<void>;
}

/** The one source of time outside the domain. */
export interface Clock {
  now(): number;
}

/** Takes the numbers of an audit to where alarms and dashboards see them. */
export interface MetricSink {
  /**
   * Publishes all of `metrics` with one time (`at`, ms since the epoch). What one request could not bring does not hold
   * up the others; it then throws a `TidemarkError` that tells how many were not taken.
   */
  publish(metrics: readonly Metric[], at: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
}
