import type { ClusterRole } from '../model/flow.ts';
import type { KnownProof } from '../model/report.ts';
import type { RefusalCode } from './refusal.ts';

/** The new position of one group on one partition of the cluster that the restore writes to. */
export interface RestoreStep {
  /** The topic's name on that cluster. */
  readonly topic: string;
  readonly partition: number;
  /** The group's commit on the other cluster that `to` stands for; absent if the plan was made of something else. */
  readonly committed?: bigint;
  /** The group's commit when the plan was made; null if it had none. */
  readonly from: bigint | null;
  /** Offset of the next record to read, as a group commits it. */
  readonly to: bigint;
  /** Most records that the group had consumed as of the plan's time and re-reads, and that it skips. */
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
  readonly proof: KnownProof;
  /** Why the proof is no better, or the position another than the group had; null if neither applies. */
  readonly reason: string | null;
  /** The end of the log that the position was moved to, because it was outside the log. */
  readonly clamped: 'start' | 'end' | null;
  /** Most records that the group had not consumed as of the plan's time and that the log no longer holds. */
  readonly unreadLoss: bigint;
}

/**
 * A partition on which a group has a position now and had none as of the plan's time. The restore does not touch it.
 */
export interface LeftAlone {
  readonly topic: string;
  readonly partition: number;
  readonly at: bigint;
}

export interface PlannedGroup {
  readonly group: string;
  readonly steps: readonly RestoreStep[];
  readonly leftAlone: readonly LeftAlone[];
}

/** A selected group that the plan does not touch, for nobody can move it now; why, as a refusal says it. */
export interface LeftOut {
  readonly group: string;
  readonly code: Extract<RefusalCode, 'GROUP_LIVE' | 'GROUP_NOT_A_CONSUMER'>;
  readonly reason: string;
}

/** A topic on which groups are moved, as it was when the plan was made. */
export interface PlannedTopic {
  readonly topic: string;
  /** Null if the broker is too old for topic ids. */
  readonly id: string | null;
  readonly logs: readonly { readonly partition: number; readonly start: bigint; readonly end: bigint }[];
}

/** Exactly what `restore apply` will do. It holds no record content, connection settings or credentials. */
export interface RestorePlan {
  readonly id: string;
  /** `A->B` */
  readonly flow: string;
  readonly onto: ClusterRole;
  /** Alias and id of the cluster that the restore writes to. */
  readonly cluster: string;
  readonly clusterId: string | null;
  /** The requested time, the snapshot's time, and the last time, at most `asOf`, at which positions were read. */
  readonly asOf: number;
  readonly stateAt: number;
  readonly heldUntil: number;
  readonly madeAt: number;
  /** From this time on a first apply is refused: ms since the epoch. */
  readonly expiresAt: number;
  readonly topics: readonly PlannedTopic[];
  readonly groups: readonly PlannedGroup[];
  /** By group; empty if none was. */
  readonly leftOut: readonly LeftOut[];
}

/** The totals of a plan. */
export interface PlanSummary {
  readonly groups: number;
  readonly partitions: number;
  /** Partitions that move back, move forward, are already in place, and had no position. */
  readonly back: number;
  readonly forward: number;
  readonly unchanged: number;
  readonly added: number;
  /** Offsets between present and new positions, of partitions that move back and of those that move forward. */
  readonly backBy: bigint;
  readonly forwardBy: bigint;
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
  readonly clamped: number;
  readonly unreadLoss: bigint;
  readonly leftAlone: number;
}

export function summaryOf({ groups }: Pick<RestorePlan, 'groups'>): PlanSummary {
  const counts = { partitions: 0, back: 0, forward: 0, unchanged: 0, added: 0, clamped: 0, leftAlone: 0 };
  const records = { backBy: 0n, forwardBy: 0n, rereadAtMost: 0n, skipAtMost: 0n, unreadLoss: 0n };
  for (const { steps, leftAlone } of groups) {
    counts.leftAlone += leftAlone.length;
    for (const { from, to, rereadAtMost, skipAtMost, clamped, unreadLoss } of steps) {
      counts.partitions++;
      if (from === null) counts.added++;
      else if (from === to) counts.unchanged++;
      else if (from > to) {
        counts.back++;
        records.backBy += from - to;
      } else {
        counts.forward++;
        records.forwardBy += to - from;
      }
      if (clamped !== null) counts.clamped++;
      records.rereadAtMost += rereadAtMost;
      records.skipAtMost += skipAtMost;
      records.unreadLoss += unreadLoss;
    }
  }
  return { groups: groups.length, ...counts, ...records };
}
