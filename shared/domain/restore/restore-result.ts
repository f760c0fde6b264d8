import type { Outcome } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { PartitionWrite } from '../model/partition-write.ts';
import type { Refusal } from './refusal.ts';

/** One partition of a group that is to stand elsewhere. */
export interface Move {
  readonly topic: string;
  readonly partition: number;
  /** The commit that is overwritten; null where there is none. */
  readonly before: bigint | null;
  /** Null to take the commit away. */
  readonly to: bigint | null;
}

/** What became of one partition: read back, not believed. */
export type Standing =
  /** It stands where it shall, and did not before. */
  | 'written'
  /** It stood there before. */
  | 'already'
  /** The cluster did not take it, or it was not tried. */
  | 'refused'
  /** The cluster took it, and something else stands there: somebody moved it since. */
  | 'differs'
  /** It could not be read back. */
  | 'unknown';

export interface PartitionResult extends Move {
  /** What was read back; null where there is no commit, or it was not read. */
  readonly found: bigint | null;
  readonly standing: Standing;
  /** Why it does not stand where it shall; null where it does. */
  readonly why: string | null;
}

export interface GroupResult {
  readonly group: string;
  /** Why the group was not tried at all; null where it was. */
  readonly refusal: Refusal | null;
  readonly partitions: readonly PartitionResult[];
  /** Nothing of the group can have changed: it was not tried, or the cluster refused all of it for good. */
  readonly untouched: boolean;
}

/** What an apply or undo did. */
export interface RestoreResult {
  readonly plan: string;
  readonly action: 'apply' | 'undo';
  /** Counts the attempts at this plan, from 1. */
  readonly run: number;
  readonly at: number;
  readonly groups: readonly GroupResult[];
}

/**
 * Judges a group by what stands after it was written.
 * @param answers by topic and partition, of what was written
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
    // No answer to what was asked is no promise that it was not taken.
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
    return { ...move, found, standing: 'differs', why: `it stands at ${found ?? 'no position'}: somebody moved it` };
  });
  return { group, refusal: null, partitions, untouched };
}

/** A group that was not tried. */
export function refusedGroup(group: string, moves: readonly Move[], refusal: Refusal): GroupResult {
  const partitions = moves.map(
    (move): PartitionResult => ({ ...move, found: move.before, standing: 'refused', why: refusal.reason }),
  );
  return { group, refusal, partitions, untouched: true };
}

/** Whether every position stands where it shall. */
export function isComplete({ groups }: Pick<RestoreResult, 'groups'>): boolean {
  return groups.every(
    ({ refusal, partitions }) =>
      refusal === null && partitions.every(({ standing }) => standing === 'written' || standing === 'already'),
  );
}

/** How many partitions there are of each standing. */
export function standings({ groups }: Pick<RestoreResult, 'groups'>): Readonly<Record<Standing, number>> {
  const counts = { written: 0, already: 0, refused: 0, differs: 0, unknown: 0 };
  for (const { partitions } of groups) for (const { standing } of partitions) counts[standing]++;
  return counts;
}
