import type { PastCut } from '../mirror/breaks/cut.ts';
import type { ObservedConnectOffset } from '../mirror/replication.ts';
import type { ObservedSyncs } from '../mirror/syncs/observed-syncs.ts';
import type { SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { CommittedOffset, FirstRecord, GroupListing, LogOffsets } from '../model/cluster.ts';
import type { ClusterRole, Flow } from '../model/flow.ts';
import type { MirrorConnector } from '../model/mirror-connector.ts';
import type { MirrorMetrics } from '../model/mirror-metrics.ts';
import type { Outcome, Unread } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { GroupCheckpoints } from './group-checkpoints.ts';

/**
 * One of MM2's own topics: read, absent, unreadable, or not asked for because MM2 is configured not to write it. If it
 * is absent or unreadable, `known` is what the history remembers of it.
 */
export type MirrorTopic<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'missing'; readonly topic: string; readonly known: T | null }
  | { readonly kind: 'unread'; readonly topic: string; readonly unread: Unread; readonly known: T | null }
  | { readonly kind: 'off' };

/** What is known of one of MM2's topics, from this audit or from the history; null if nothing is. */
export function knownOf<T>(topic: MirrorTopic<T>): T | null {
  switch (topic.kind) {
    case 'read':
      return topic.value;
    case 'off':
      return null;
    case 'missing':
    case 'unread':
      return topic.known;
  }
}

export interface ObservedCheckpoints {
  readonly topic: string;
  readonly byGroup: ReadonlyMap<string, GroupCheckpoints>;
  readonly malformed: number;
}

/** What the end of the heartbeats topic shows. */
export interface ObservedHeartbeats {
  /** When the newest was written on the source: ms since the epoch. */
  readonly newest: bigint;
  /** Since when they have come without a pause; null if the part that was read shows no pause. */
  readonly steadySince: bigint | null;
}

/** A topic that MM2 mirrors, or should mirror, on both sides. */
export interface ObservedTopic {
  readonly topic: string;
  readonly targetTopic: string;
  readonly sourceId: string | null;
  readonly targetId: string | null;
  /** By partition index. */
  readonly source: readonly Outcome<LogOffsets>[];
  /** The first record of each source log; null if it holds none. */
  readonly firstRecords: readonly Outcome<FirstRecord | null>[];
  /** Null if the topic is not on the target. */
  readonly target: readonly Outcome<LogOffsets>[] | null;
  /**
   * Where the records of the leader epoch end in the present log that the last audit saw, by partition; absent if no
   * leader of the topic has changed since.
   */
  readonly epochEnds?: Readonly<Record<ClusterRole, ReadonlyMap<number, bigint>>>;
  /** By partition: leader epochs whose records end in the present source log before what groups have read of them. */
  readonly outgrown?: ReadonlyMap<number, OutgrownEpoch>;
  /** By partition: the furthest commit without a leader epoch beyond the source log's end. The log before it reached there. */
  readonly committedBeyond?: ReadonlyMap<number, bigint>;
}

/** A commit tells that the source log reached further in a leader epoch than it does now: it was cut since. */
export interface OutgrownEpoch {
  /** The newest such epoch of the log before. */
  readonly leaderEpoch: number;
  /** Where its records end in the present log. */
  readonly end: bigint;
  /** Up to where groups have read the log before. */
  readonly committed: bigint;
}

/** A consumer group of the source that MM2 translates, with its commits on mirrored topics. */
export interface ObservedGroup {
  readonly listing: GroupListing;
  readonly committed: Outcome<readonly CommittedOffset[]>;
  /** When the commits were read, ms since the epoch. If the source is down: when they were last known; null if nothing says. */
  readonly checkedAt: number | null;
  /**
   * Of a group whose coordinator does not answer while the source does: its commits as they were last known, if they were.
   */
  readonly lastKnown?: LastKnownCommits | undefined;
}

export interface LastKnownCommits {
  readonly committed: readonly CommittedOffset[];
  /** See `ObservedGroup`. */
  readonly checkedAt: number | null;
}

/** The same group on the target; absent if the target does not know it. */
export interface ObservedTargetGroup {
  readonly listing: GroupListing;
  readonly committed: Outcome<PartitionMap<bigint>>;
}

/** What an earlier audit knew of a topic, to notice a different topic of the same name. */
export interface RememberedTopic {
  readonly id: string;
  /** Last time the topic had this id: ms since the epoch. */
  readonly seenAt: number;
}

/** What earlier audits left of a flow, as far as judging it needs that; times in ms since the epoch. */
export interface RememberedFlow {
  /** When each side was last read; 0 if never. */
  readonly readAt: Readonly<Record<ClusterRole, number>>;
  /** By name. */
  readonly topics: Readonly<Record<ClusterRole, ReadonlyMap<string, RememberedTopic>>>;
  /** Cuts of logs that earlier audits noticed, oldest first. */
  readonly cuts: readonly PastCut[];
  /** Where a source partition's log ended when it was last read; null if no audit read it. */
  sourceEnd(topic: string, partition: number): bigint | null;
  /** The leader epoch that it had then; null if no audit read it, or the broker did not say. */
  sourceEpoch(topic: string, partition: number): number | null;
  /** Whether the last of these audits doubted that the syncs of a source topic are about the present one. */
  doubts(topic: string): boolean;
  /** Whether the last of these audits read the log of every partition of a source topic. */
  readsSource(topic: string): boolean;
  /** The syncs of a source partition that audits have read; null if none has. */
  syncs(topic: string, partition: number): SyncHistory | null;
  /** Whether the last of these audits read all syncs that there were. */
  readonly syncsRead: boolean;
  /** Where a target partition's log ended when it was last read, by the target's name of the topic; null if no audit read it. */
  targetEnd(topic: string, partition: number): bigint | null;
}

/** Errors that say that the audit stopped before the cluster had time to answer. */
const NOT_ATTEMPTED: ReadonlySet<string> = new Set(['DEADLINE_EXCEEDED', 'READER_CLOSED']);

/** Whether a side was not read because the audit's time was over: nothing is known of it, not even that it is dead. */
export function isNotAttempted(down: Unread | null): boolean {
  return down !== null && NOT_ATTEMPTED.has(down.error);
}

/** What one audit read of one flow, and what it could not read. It is not yet interpreted. */
export interface FlowObservation {
  readonly flow: Flow;
  /** When the audit began: ms since the epoch. */
  readonly at: number;
  /** Null if the cluster answered. Else why not; `isNotAttempted` tells apart a cluster that is not dead. */
  readonly sourceDown: Unread | null;
  readonly targetDown: Unread | null;
  readonly topics: readonly ObservedTopic[];
  /** Every topic name on the target, to find a topic that has another name there. */
  readonly targetTopics: ReadonlySet<string>;
  readonly syncs: MirrorTopic<ObservedSyncs>;
  readonly checkpoints: MirrorTopic<ObservedCheckpoints>;
  /** Heartbeats of the source that reached the target; null if there are none. */
  readonly heartbeat: MirrorTopic<ObservedHeartbeats | null>;
  /** How far our clock is ahead of MM2's, as far as looks have proven it: ms, negative if it is behind. 0 if absent. */
  readonly clockAheadMs?: number;
  readonly connectOffsets: MirrorTopic<PartitionMap<ObservedConnectOffset>>;
  /** The flow's connectors on Kafka Connect; absent if the configuration names no Connect cluster. */
  readonly connectors?: Outcome<readonly MirrorConnector[]>;
  /** What the workers of the flow export; absent if the configuration names no exporter. */
  readonly metrics?: Outcome<MirrorMetrics>;
  readonly groups: readonly ObservedGroup[];
  readonly targetGroups: ReadonlyMap<string, ObservedTargetGroup>;
  /** Whether `groups` has every group of the source that MM2 translates. */
  readonly listingComplete: boolean;
  /** What earlier audits left; null for the first audit. */
  readonly remembered: RememberedFlow | null;
  /** As of an earlier time: the cuts of logs that audits had noticed by then. `remembered` has those of a live audit. */
  readonly cuts?: readonly PastCut[];
  /** Everything that could not be read, for the report. */
  readonly unread: readonly Unread[];
  /** As of a time: source topics whose syncs the audit of that time doubted. */
  readonly doubted?: ReadonlySet<string>;
  /** Id of the cluster that is both sides of the flow; absent if they are two, or it is not known. */
  readonly sameCluster?: string;
  /** Source topics whose syncs were left out, because the opposite flow writes syncs of the same names there. */
  readonly mixedSyncs?: ReadonlySet<string>;
  /** Whether the opposite flow is configured as well. */
  readonly opposite: Flow | null;
  /** Whether Kafka Connect says that no source connector of the opposite flow runs; absent if nothing says so. */
  readonly oppositeIsStopped?: true;
}
