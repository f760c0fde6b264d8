import type { Json } from './domain/model/canonical-json.ts';
import type {
  ClusterMetadata,
  CommittedOffset,
  FirstRecord,
  GroupListing,
  IsolationLevel,
  LogOffsets,
  LogRecord,
  LogScan,
  PartitionEpoch,
  Peek,
  PeekRequest,
  ScanRequest,
} from './domain/model/cluster.ts';
import type { Flow } from './domain/model/flow.ts';
import type { Metric } from './domain/model/metric.ts';
import type { MirrorConnector } from './domain/model/mirror-connector.ts';
import type { MirrorMetrics } from './domain/model/mirror-metrics.ts';
import type { MirrorSettings } from './domain/model/mirror-settings.ts';
import type { Outcome } from './domain/model/outcome.ts';
import type { PartitionWrite, WriteFailure } from './domain/model/partition-write.ts';
import type { Permission } from './domain/model/permission.ts';
import type { TopicPartition } from './domain/model/topic-partition.ts';
import type { FindingEvent } from './domain/notify/finding-event.ts';
import type { Join } from './domain/restore/join.ts';

/**
 * Reads one cluster, and only reads. One instance serves one audit: it holds connections, a deadline and a request
 * count. A part that fails is returned as `unread` beside the good ones. Methods throw only
 * `ClusterUnreachableError`, `AuthenticationError` and `AuthorizationError`.
 */
export interface ClusterReader {
  readonly alias: string;
  /**
   * Checks permissions. The lists below silently leave out resources that we may not describe, so ask here first. A
   * resource name that ends in `*` stands for all names with that prefix.
   * @throws AuthorizationError that names every missing permission
   */
  requirePermissions(needed: readonly Permission[]): Promise<void>;
  /** All topics that the principal may describe, with ids and leaders. */
  metadata(): Promise<ClusterMetadata>;
  /**
   * Start, high watermark and last stable offset, by partition index. One request per leader and kind. Under
   * `read_uncommitted` the last stable offset is not read: it is the high watermark.
   * @param isolation `read_committed` by default
   */
  offsets(
    topics: readonly string[],
    isolation?: IsolationLevel,
  ): Promise<ReadonlyMap<string, readonly Outcome<LogOffsets>[]>>;
  /** The first record of each log; null if the log holds none. */
  firstRecords(topics: readonly string[]): Promise<ReadonlyMap<string, readonly Outcome<FirstRecord | null>[]>>;
  /**
   * Where the records of a leader epoch end in the present log, in the order of the request; null if the broker cannot
   * tell. A log that was cut ends an earlier epoch before offsets that it had reached in that epoch (KIP-320).
   */
  epochEnds(epochs: readonly PartitionEpoch[]): Promise<readonly Outcome<bigint | null>[]>;
  /** All groups of the cluster; `unread` lists the brokers that did not answer. */
  groups(): Promise<{ readonly groups: readonly GroupListing[]; readonly unread: readonly Outcome<never>[] }>;
  /** Committed offsets of many groups, batched per coordinator. */
  commits(groups: readonly string[]): Promise<ReadonlyMap<string, Outcome<readonly CommittedOffset[]>>>;
  topicConfigs(topics: readonly string[]): Promise<ReadonlyMap<string, Outcome<ReadonlyMap<string, string>>>>;
  /** Visits a partition's data records in order; `LogScan.next` is the offset after the last one. */
  scan(request: ScanRequest, visit: (record: LogRecord) => void): Promise<Outcome<LogScan>>;
  /** Reads single records, batched per leader; the answers are in the order of the requests. */
  peek(requests: readonly PeekRequest[]): Promise<readonly Outcome<Peek>[]>;
  /** Requests sent so far, by broker node id. */
  requestsSent(): ReadonlyMap<number, number>;
  /** Closes all connections at once; never waits for a hung broker. */
  close(): Promise<void>;
}

/**
 * Writes committed offsets of groups on one cluster, with its own credentials. Besides the fence, its canary and the replay
 * of records, this is the only port that writes to Kafka. Calls for different groups may run concurrently. Answers are in the order of the request. The broker may have
 * accepted a write that failed with a retriable error, so read back. Methods throw only `ClusterUnreachableError`,
 * `AuthenticationError` and `AuthorizationError`; the broker then accepted nothing of that call.
 */
export interface OffsetWriter {
  readonly alias: string;
  /**
   * Sends one OffsetCommit request for the group (generation −1, no member, like Admin.alterConsumerGroupOffsets). The
   * broker refuses it while the group has members, and creates a group that does not exist.
   */
  commit(group: string, positions: readonly CommittedOffset[]): Promise<readonly PartitionWrite[]>;
  /** Sends one OffsetDelete request for the group. */
  delete(group: string, partitions: readonly TopicPartition[]): Promise<readonly PartitionWrite[]>;
  /** Closes all connections at once; never waits for a hung broker. */
  close(): Promise<void>;
}

/** A record to write. Its offset is the broker's to choose. */
export type NewRecord = Omit<LogRecord, 'offset'>;

/**
 * Writes records to one cluster, with its own credentials: only a replay that a person approved does that. Calls for one
 * partition come one after the other; the broker appends their records in order, and none of them twice.
 */
export interface RecordWriter {
  readonly alias: string;
  /** Why a record cannot be written as it is; null if it can. */
  unwritable(record: NewRecord): string | null;
  /**
   * Writes records to one partition, and waits until all replicas in sync have them. If it fails, the broker may have
   * taken them or not: read the log before writing again. Never throws.
   * @returns null if the broker has taken all of them
   */
  write(topic: string, partition: number, records: readonly NewRecord[]): Promise<WriteFailure | null>;
  close(): Promise<void>;
}

/** Reads from Kafka Connect in what state MM2's connectors are, and only reads. */
export interface ConnectorReader {
  /**
   * The connectors of the flow, by name. At least one of them is its `MirrorSourceConnector`: if Connect has none, the
   * answer is `unread`, since nothing is known of the one that mirrors. Never throws.
   */
  connectorsOf(flow: Pick<Flow, 'source' | 'target'>): Promise<Outcome<readonly MirrorConnector[]>>;
}

/** Reads what the workers that run a flow's connectors say of themselves, and only reads. */
export interface MirrorMetricsReader {
  /** `unread` if one worker does not answer, or nothing says which of the values are the flow's. Never throws. */
  metricsOf(flow: Pick<Flow, 'source' | 'target'>): Promise<Outcome<MirrorMetrics>>;
}

/** Reads how Kafka Connect runs a flow's MirrorSourceConnector, and only reads. */
export interface MirrorSettingsReader {
  /** Never throws. */
  settingsOf(flow: Pick<Flow, 'source' | 'target'>): Promise<Outcome<MirrorSettings>>;
}

/** The only source of time for use cases: ms since the epoch. */
export interface Clock {
  now(): number;
  /** Lets time pass. Absent where it stands still, as in a replay: then no use case waits. */
  readonly pause?: (ms: number) => Promise<void>;
}

/** Publishes the numbers of an audit for alarms and dashboards. */
export interface MetricSink {
  /**
   * Publishes all `metrics` with one timestamp (`at`, ms since the epoch). A failed request does not stop the others;
   * afterwards this throws a `TidemarkError` with the number of metrics that were not accepted.
   * @param options.heartbeat shows that all `metrics` were accepted: never accepted without them
   */
  publish(
    metrics: readonly Metric[],
    at: number,
    options?: { readonly signal?: AbortSignal; readonly heartbeat?: Metric },
  ): Promise<void>;
}

/** Takes events of findings, to route them to people. */
export interface FindingPublisher {
  /**
   * Publishes events; the answers are in their order. The service may have taken an event that it did not answer for, so
   * events can arrive twice, under the same id. Never throws.
   */
  publish(events: readonly FindingEvent[]): Promise<readonly EventAnswer[]>;
}

export type EventAnswer =
  | { readonly kind: 'accepted' }
  /** It was not taken, or there was no answer; publish it again. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What a failover does to the world outside Kafka. A call can be repeated. Methods throw only `TidemarkError`. */
export interface Lever {
  /** What it does, one sentence per line, without secrets: a person approves this. */
  describe(): readonly string[];
  /** Whether it is in effect; null if that cannot be found out. Changes nothing. */
  isInEffect(): Promise<boolean | null>;
  apply(): Promise<void>;
  /** Puts back what `apply` changed; null if it cannot be put back. */
  readonly putBack: (() => Promise<void>) | null;
}

/** Makes the name that clients use lead to the target. */
export interface NameSwitch extends Lever {
  /** How long resolvers may take to give the new answer, in ms, where that is longer than with a changed record. */
  readonly answersWithinMs?: number;
}

/** Tells the health check of a name's failover record pair to which of the two records the name leads. */
export interface NameSignal {
  /** @param at ms since the epoch. @throws TidemarkError if it was not published */
  publish(side: { readonly name: string; readonly leadsToSecondary: boolean }, at: number): Promise<void>;
}

/** Looks the clients' name up where clients do. Changes nothing, and never throws. */
export interface NameLookup {
  /** What it asks, and where, in words: a person approves this. */
  describe(): string;
  ask(): Promise<readonly NameAnswer[]>;
}

/** What one resolver said of the name. */
export type NameAnswer =
  | { readonly kind: 'target'; readonly resolver: string }
  /** Empty if it knows no such name. */
  | { readonly kind: 'elsewhere'; readonly resolver: string; readonly leadsTo: readonly string[] }
  | { readonly kind: 'unread'; readonly resolver: string; readonly reason: string };

/** Ends the connections of clients to the source, or restarts the clients. */
export interface ConnectionCutter extends Lever {}

/** Stops MirrorMaker's flow, and starts it again where it stopped. */
export interface MirrorControl extends Lever {
  /** The last source offset that MirrorMaker has committed as mirrored, once it is stopped; null if it cannot be read. */
  ends(): Promise<readonly MirrorEnd[] | null>;
  /** Whether a task of it is left, which may write to the target; null if that cannot be found out. */
  hasTasks(): Promise<boolean | null>;
}

export interface MirrorEnd {
  /** The topic's name on the source. */
  readonly topic: string;
  readonly partition: number;
  readonly lastMirrored: bigint;
}

/**
 * Where MirrorMaker continues in each partition of its source. It must be stopped to set that. Methods throw only
 * `TidemarkError`.
 */
export interface MirrorOffsets {
  /** Where they are kept, in words and without secrets: a person approves this. */
  describe(): string;
  /** As MirrorMaker has committed them, or as they were set. A partition without one is read from its beginning. */
  read(): Promise<readonly MirrorEnd[]>;
  /** Sets those of the given partitions, and no other; null removes one. It does not say whether they were understood. */
  set(places: readonly MirrorPlace[]): Promise<void>;
  /** Whether MirrorMaker leaves out records that have a header with this key. */
  leavesOut(header: string): Promise<boolean>;
}

/** The offset after which MirrorMaker continues in a partition; null: at its beginning. */
export interface MirrorPlace extends Pick<MirrorEnd, 'topic' | 'partition'> {
  readonly lastMirrored: bigint | null;
}

/**
 * Makes writes to topics of the source impossible for applications, while MirrorMaker reads on. Only `raise` and `lift`
 * write. Methods throw only `TidemarkError`.
 */
export interface WriteFence {
  describe(topics: readonly string[]): readonly string[];
  /** What `raise` will change, as the source is now. It is stored before `raise`, so that `lift` removes just that. */
  prepare(topics: readonly string[]): Promise<Json>;
  /** Null if that cannot be found out. */
  isUp(prepared: Json): Promise<boolean | null>;
  raise(prepared: Json): Promise<void>;
  lift(prepared: Json): Promise<void>;
}

/** Tries to write one record to the source with the credentials of an ordinary application. Never throws. */
export interface CanaryWriter {
  describe(): string;
  tryWrite(): Promise<CanaryAnswer>;
}

export type CanaryAnswer =
  /** The cluster has answered, and has not taken the record. */
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'unanswered'; readonly reason: string };

export interface PlacementOptions {
  /** Of a failback: where the records of both directions join. */
  readonly joins?: readonly Join[] | undefined;
  /**
   * Whether groups that nobody can read now may get their last known positions: what an audit before has read, or what MM2 has
   * translated since.
   */
  readonly evenIfUnread?: boolean;
  /** Whether the source is known to be dead: then nobody asks it, which in a black hole takes seconds. With `evenIfUnread`. */
  readonly sourceIsDead?: boolean;
  /** Whether the positions are those that the source tells now: a group that it does not tell is refused. */
  readonly readNow?: boolean;
}

/** Puts groups at their positions on the target: the plan, its apply and its undo are those of a restore. */
export interface GroupPlacement {
  /**
   * Plans from the newest positions that an audit has read of the source, if `options` say nothing else. Writes nothing to Kafka.
   */
  plan(groups: readonly string[], options?: PlacementOptions): Promise<PlacementPlan>;
  /** Applies a plan and reads every position back. It can be repeated. */
  apply(plan: string, hash: string): Promise<PlacementAnswer>;
  /** Puts back what an apply overwrote. It can be repeated. */
  undo(plan: string): Promise<PlacementAnswer>;
  /** The positions of a stored plan. */
  positions(plan: string): Promise<readonly PlacedPosition[]>;
}

export type PlacementPlan =
  | {
      readonly kind: 'planned';
      readonly plan: string;
      readonly hash: string;
      /** When the positions were read of the source: ms since the epoch. */
      readonly readAt: number;
      readonly positions: readonly PlacedPosition[];
    }
  | { readonly kind: 'refused'; readonly reasons: readonly string[] };

/** Where one group continues on one partition of the target. */
export interface PlacedPosition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Its commit on the cluster that it leaves; null if the plan does not have it. */
  readonly committed: bigint | null;
  /** Its commit there when it was planned; null if it had none. */
  readonly from: bigint | null;
  readonly to: bigint;
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
  readonly proof: string;
  /** Why the proof is no better; null if it need not be. */
  readonly reason: string | null;
}

/** Complete if every position was read back as planned; else what is not. */
export type PlacementAnswer =
  | { readonly kind: 'complete'; readonly positions: number }
  | { readonly kind: 'incomplete'; readonly reasons: readonly string[] };
