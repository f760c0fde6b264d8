import type { ObservedTopic } from '../judge/observation.ts';
import type { LogOffsets } from '../model/cluster.ts';
import type { Cost, KnownProof } from '../model/report.ts';

interface Place {
  readonly topic: ObservedTopic;
  readonly partition: number;
}

/** A position on one partition of a cluster, whether or not it is allowed to put a group there. */
export type LandedAt = {
  readonly kind: 'at';
  /** The log that the group lands in. */
  readonly log: LogOffsets;
  readonly position: bigint;
  readonly proof: KnownProof;
  /** Why the proof is no better, or the position another than the group had; null where neither is so. */
  readonly reason: string | null;
  /** The end of the log that the position was moved to, for it lay outside; null where it did not. */
  readonly clamped: 'start' | 'end' | null;
  /** Records that the group has not read and that the log holds no longer, at most. */
  readonly unreadLoss: bigint;
} & Place &
  Cost;

/** Where a group lands on one partition of a cluster, or why it lands nowhere. */
export type Landing =
  | LandedAt
  | ({
      readonly kind: 'nowhere';
      /** The partition is not there, its log could not be read, or nobody can say which position it would be. */
      readonly why: 'missing' | 'log-unread' | 'unknown';
      readonly reason: string;
    } & Place);
