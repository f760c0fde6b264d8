import type { ClusterRole } from '../model/flow.ts';
import type { KnownProof } from '../model/report.ts';

/** Where one group is put on one partition of the cluster that is written to. */
export interface RestoreStep {
  /** The topic's name on that cluster. */
  readonly topic: string;
  readonly partition: number;
  /** The group's commit there when the plan was made; null where it had none. */
  readonly from: bigint | null;
  /** Offset of the next record to be read, as a group commits it. */
  readonly to: bigint;
  /** Records that the group had read as of the plan's time and reads again, and such that it would never read. */
  readonly rereadAtMost: bigint;
  readonly skipAtMost: bigint;
  readonly proof: KnownProof;
  /** Why the proof is no better, or the position another than the group had; null where neither is so. */
  readonly reason: string | null;
  /** The end of the log that the position was moved to, for it lay outside. */
  readonly clamped: 'start' | 'end' | null;
  /** Records that the group had not read as of the plan's time and that the log holds no longer, at most. */
  readonly unreadLoss: bigint;
}

/** A partition on which a group has a position now, but had none as of the plan's time: it is left alone. */
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

/** A topic that groups are put on, as it was when the plan was made. */
export interface PlannedTopic {
  readonly topic: string;
  /** Null where the broker is too old to have ids. */
  readonly id: string | null;
  readonly logs: readonly { readonly partition: number; readonly start: bigint; readonly end: bigint }[];
}

/** What `restore apply` will do, to the last offset. It holds no record content and nothing of how one connects. */
export interface RestorePlan {
  readonly id: string;
  /** `A->B` */
  readonly flow: string;
  readonly onto: ClusterRole;
  /** Alias and id of the cluster that is written to. */
  readonly cluster: string;
  readonly clusterId: string | null;
  /** The time asked for, that of the snapshot, and the last time up to then at which the positions were read. */
  readonly asOf: number;
  readonly stateAt: number;
  readonly heldUntil: number;
  readonly madeAt: number;
  /** From then on it is not begun any more: ms since the epoch. */
  readonly expiresAt: number;
  readonly topics: readonly PlannedTopic[];
  readonly groups: readonly PlannedGroup[];
}

/** What a plan comes to. */
export interface PlanSummary {
  readonly groups: number;
  readonly partitions: number;
  /** Partitions that go back, go forward, stand where they shall, and had no position. */
  readonly back: number;
  readonly forward: number;
  readonly unchanged: number;
  readonly added: number;
  /** Records between present and new positions: those that are read again, and those that are passed over. */
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
