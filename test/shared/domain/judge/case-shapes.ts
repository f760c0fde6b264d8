import type { AuditPolicy } from '../../../../shared/domain/judge/audit-policy.ts';
import type { RememberedFlow } from '../../../../shared/domain/judge/observation.ts';
import type { RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import type { NewPoint } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import type { GroupListing } from '../../../../shared/domain/model/cluster.ts';
import type { Flow } from '../../../../shared/domain/model/flow.ts';
import type { MirrorConnector } from '../../../../shared/domain/model/mirror-connector.ts';
import type { MirrorMetrics } from '../../../../shared/domain/model/mirror-metrics.ts';
import type { Unread } from '../../../../shared/domain/model/outcome.ts';

/** When a case's audit begins. */
export const AT = Date.parse('2026-11-20T10:00:00Z');
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

/** A log by its begin and end, and its last stable offset where that is not the end. */
export type LogCase = readonly [start: bigint, end: bigint, lastStable?: bigint] | 'unread';
export type SyncCase = readonly [upstream: bigint, downstream: bigint, more?: Partial<NewPoint> & { agoMs?: number }];

/** The syncs of a healthy partition. */
export const HEALTHY_SYNCS: readonly SyncCase[] = [
  [0n, 0n],
  [100n, 100n],
  [1_000n, 1_000n],
];

export interface PartitionCase {
  readonly syncs?: readonly SyncCase[];
  readonly syncedAgoMs?: number;
  readonly source?: LogCase;
  readonly target?: LogCase;
  /** Connect's committed source offset; null for none. */
  readonly connect?: bigint | null;
  readonly connectAgoMs?: number;
  /** Age of the first record in the source log; null where the log is empty. */
  readonly firstRecordAgoMs?: number | null | 'unread';
  /** Where it stands; at the log's begin where absent. */
  readonly firstRecordOffset?: bigint;
  /** What looking at records told. */
  readonly records?: RecordEvidence;
  /**
   * Which source offsets hold a record, for looks into holes: at the first record of each, or at all of them where
   * `counted`. Absent: nobody looked.
   */
  readonly holds?: ((offset: bigint) => boolean) | undefined;
  readonly counted?: boolean;
}

export interface TopicCase {
  readonly topic?: string;
  readonly targetTopic?: string;
  readonly sourceId?: string | null;
  readonly targetId?: string | null;
  readonly partitions?: readonly PartitionCase[];
  /** Partitions of the target; as many as the source has where absent. */
  readonly targetPartitions?: number;
  readonly notOnTarget?: boolean;
}

export interface PositionCase {
  readonly topic?: string;
  readonly partition?: number;
  readonly committed?: bigint;
  /** The group's commit on the target; null for none. */
  readonly onTarget?: bigint | null;
  /** Where MM2's last checkpoint puts the group; null for none. */
  readonly checkpoint?: bigint | null;
  readonly checkpointAgoMs?: number;
}

export interface GroupCase {
  readonly group?: string;
  readonly positions?: readonly PositionCase[];
  readonly position?: PositionCase;
  /** The group's state on the target; null where the target does not know it. */
  readonly stateOnTarget?: string | null;
  readonly typeOnTarget?: GroupListing['type'];
  readonly unread?: 'source' | 'target';
}

/** What is wrong with a flow. What is not said is as it is in a healthy one. */
export interface FlowCase {
  readonly at?: number;
  readonly flow?: Partial<Flow>;
  readonly opposite?: Partial<Flow>;
  readonly oppositeIsStopped?: true;
  readonly down?: 'source' | 'target' | 'both';
  /** Why, if it is not that no broker answers. */
  readonly downError?: string;
  /** The id that both sides have. */
  readonly sameCluster?: string;
  /** Topics whose syncs the opposite flow may have written. */
  readonly mixedSyncs?: readonly string[];
  /** What Connect says of the flow's connectors; not asked where absent. */
  readonly connectors?: readonly MirrorConnector[] | 'unread';
  /** What the workers of the flow export; not asked where absent. */
  readonly metrics?: MirrorMetrics | 'unread';
  readonly topics?: readonly TopicCase[];
  readonly topic?: TopicCase;
  readonly partitions?: readonly PartitionCase[];
  readonly partition?: PartitionCase;
  readonly groups?: readonly GroupCase[];
  readonly group?: GroupCase;
  readonly position?: PositionCase;
  /** Age of the newest heartbeat on the target; how long they have come without a pause, null where no pause is known of. */
  readonly heartbeat?: { readonly agoMs: number; readonly steadyForMs?: number | null } | 'none' | Absent;
  readonly syncs?: Absent | undefined;
  readonly checkpoints?: Absent | undefined;
  readonly connectOffsets?: Absent | undefined;
  /** Records of the offset-syncs topic that are no offset syncs. */
  readonly malformed?: number;
  readonly otherTargetTopics?: readonly string[];
  readonly remembered?: RememberedFlow | null;
  /** The history remembers the offset syncs, where they cannot be read now. */
  readonly syncsKnown?: boolean;
  readonly unread?: readonly Unread[];
  readonly listingIncomplete?: boolean;
  readonly policy?: Partial<AuditPolicy>;
}

/** How one of MM2's own topics is not there to be read. */
export type Absent = 'missing' | 'unread' | 'off';
