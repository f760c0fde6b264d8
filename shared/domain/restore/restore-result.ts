import type { Outcome } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { PartitionWrite } from '../model/partition-write.ts';
import type { Refusal } from './refusal.ts';

/** The change of one group's position on one partition. */
export interface Move {
  readonly topic: string;
  readonly partition: number;
  /** The commit that is overwritten; null if there is none. */
  readonly before: bigint | null;
  /** Null to delete the commit. */
  readonly to: bigint | null;
}

/** The outcome for one partition, as read back from the cluster. */
export type Standing =
  /** The position is the wanted one, and was not before. */
  | 'written'
  /** The position was the wanted one before. */
  | 'already'
  /** The cluster refused the write, or nothing was sent. */
  | 'refused'
  /** The cluster accepted the write, but the position is another one: someone changed it since. */
  | 'differs'
  /** The position could not be read back. */
  | 'unknown';

export interface PartitionResult extends Move {
  /** The position that was read back; null if there is no commit, or it could not be read. */
  readonly found: bigint | null;
  readonly standing: Standing;
  /** Why the offset is not the wanted one; null if it is. */
  readonly why: string | null;
}

export interface GroupResult {
  readonly group: string;
  /** Why Tidemark did not write the group; null if it did. */
  readonly refusal: Refusal | null;
  readonly partitions: readonly PartitionResult[];
  /** The group cannot have changed: nothing was sent, or the cluster refused all of it permanently. */
  readonly untouched: boolean;
}

/** The result of an apply or undo. */
export interface RestoreResult {
  readonly plan: string;
  readonly action: 'apply' | 'undo';
  /** Number of this attempt at the plan, from 1. */
  readonly run: number;
  readonly at: number;
  readonly groups: readonly GroupResult[];
}

/**
 * Judges a group by the positions that were read back after the write.
 * @param answers the cluster's answers to the writes, by topic and partition
 */
export function groupResult(
  group: string,
  moves: readonly Move[],
  answers: PartitionMap<PartitionWrite>,
  readBack: Outcome<PartitionMap<bigint>>,
): GroupResult {
  let untouched = true;
  const partitions = moves.map((move): PartitionResult => {
    const { topic, partition, before, to } = move;
    const failure = answers.get(topic, partition)?.failure;
    // A write without an answer may still have been accepted.
    if (before !== to && (failure == null || failure.retriable)) untouched = false;
    const why = failure == null ? null : `${failure.error}: ${failure.message}`;
    if (readBack.kind === 'unread') {
      return { ...move, found: null, standing: 'unknown', why: why ?? readBack.unread.message };
    }
    const found = readBack.value.get(topic, partition) ?? null;
    if (found === to) {
      if (before !== to) untouched = false;
      return { ...move, found, standing: before === to ? 'already' : 'written', why: null };
    }
    if (why !== null) return { ...move, found, standing: 'refused', why };
    return { ...move, found, standing: 'differs', why: `the position is ${found ?? 'deleted'}: someone changed it` };
  });
  return { group, refusal: null, partitions, untouched };
}

/** A group for which nothing was sent. */
export function refusedGroup(group: string, moves: readonly Move[], refusal: Refusal): GroupResult {
  const partitions = moves.map(
    (move): PartitionResult => ({ ...move, found: move.before, standing: 'refused', why: refusal.reason }),
  );
  return { group, refusal, partitions, untouched: true };
}

/** Whether every position is the wanted one. */
export function isComplete({ groups }: Pick<RestoreResult, 'groups'>): boolean {
  return groups.every(
    ({ refusal, partitions }) =>
      refusal === null && partitions.every(({ standing }) => standing === 'written' || standing === 'already'),
  );
}

/** Number of partitions by standing. */
export function standings({ groups }: Pick<RestoreResult, 'groups'>): Readonly<Record<Standing, number>> {
  const counts = { written: 0, already: 0, refused: 0, differs: 0, unknown: 0 };
  for (const { partitions } of groups) for (const { standing } of partitions) counts[standing]++;
  return counts;
}
