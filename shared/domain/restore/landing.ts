import type { ObservedTopic } from '../judge/observation.ts';
import type { LogOffsets } from '../model/cluster.ts';
import type { Cost, KnownProof } from '../model/report.ts';

interface Place {
  readonly topic: ObservedTopic;
  readonly partition: number;
}

/** Where a group would land on one partition of a cluster, before any refusal is considered. */
export type LandedAt = {
  readonly kind: 'at';
  /** The log that the group lands in. */
  readonly log: LogOffsets;
  readonly position: bigint;
  readonly proof: KnownProof;
  /** Why the proof is not better, or why the position differs from the one the group had; null for neither. */
  readonly reason: string | null;
  /** The end of the log to which a position outside the log was moved; null for a position inside. */
  readonly clamped: 'start' | 'end' | null;
  /** Most records that the group has not consumed and that the log no longer holds. */
  readonly unreadLoss: bigint;
} & Place &
  Cost;

/** Where a group lands on one partition of a cluster, or why it lands nowhere. */
export type Landing =
  | LandedAt
  | ({
      readonly kind: 'nowhere';
      /** The partition does not exist, its log could not be read, or the corresponding position is unknown. */
      readonly why: 'missing' | 'log-unread' | 'unknown';
      readonly reason: string;
    } & Place);
