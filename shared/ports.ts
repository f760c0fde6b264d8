import type { Metric } from './domain/metric.ts';
import type { Outcome } from './domain/unread.ts';

/** A broker as metadata names it. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** One topic's metadata; a partition without a leader keeps `leader: null`. */
export interface TopicMetadata {
  readonly topic: string;
  /** Base64url topic id as Kafka prints it (KIP-516), or null where the broker is older than 2.8. */
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

/** A group's committed offset for one partition; partitions without a commit are left out. */
export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

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
}

export type IsolationLevel = 'read_uncommitted' | 'read_committed';

/** A whole read of one partition from a position up to the end that the log had when the read began. */
export interface LogScan {
  /** Log start when the read began. */
  readonly start: bigint;
  /** High watermark when the read began: the read stops here. */
  readonly end: bigint;
  /** Offset to go on from next time. */
  readonly next: bigint;
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

/**
 * Reads one cluster, and only reads. One instance serves one audit: it holds connections, a deadline and a count of
 * requests. A part that fails is an `unread` beside the good ones; only these throw:
 * `ClusterUnreachableError`, `AuthenticationError`, `AuthorizationError`.
 */
export interface ClusterReader {
  readonly alias: string;
  /** All topics, with ids and leaders. */
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
  /** Reads a partition's data records from `from` (clamped to the log) to its present end, without a group. */
  scan(
    request: {
      readonly topic: string;
      readonly partition: number;
      readonly from: bigint;
      readonly isolation: IsolationLevel;
    },
    visit: (record: LogRecord) => void,
  ): Promise<Outcome<LogScan>>;
  /** Looks at single records, batched per leader; the answers are in the order of the requests. */
  peek(requests: readonly PeekRequest[]): Promise<readonly Outcome<Peek>[]>;
  /** Requests sent so far, per broker node id: for cost accounting. */
  requestsSent(): ReadonlyMap<number, number>;
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
