import type { Break, SyncHistory } from './syncs/sync-history.ts';

/** Why the syncs before `Epoch.first` no longer hold. */
export type EpochCause =
  | 'first-known'
  | 'target-recreated'
  | 'target-shortened'
  | 'source-recreated'
  | 'source-shortened';

export interface MappingEvidence {
  readonly history: SyncHistory;
  /** Begin and end of the target partition's log, read after the history. */
  readonly target: { readonly start: bigint; readonly end: bigint };
  /** Syncs before this index were written for another topic of the same name (topic id, or the spot check). */
  readonly sourceRecreatedAt?: number;
  /** Syncs before this index were written to another target topic of the same name (topic id). */
  readonly targetRecreatedAt?: number;
  /** Begin of the source partition's log; 0 where absent. */
  readonly sourceStart?: bigint;
  /** End of the source partition's log, read after the target's; absent where the source could not be read. */
  readonly sourceEnd?: bigint;
  /** Nothing tells whether the newest sync speaks of the present source topic, or of one of the same name before it. */
  readonly mayPredateSource?: boolean;
  /** MM2 writes in transactions, so that their markers stand between the records on the target. */
  readonly exactlyOnce?: boolean;
  /** A pair beyond the newest sync that was found by comparing records. */
  readonly anchor?: { readonly upstream: bigint; readonly downstream: bigint };
}

/** The stretch of a history that still holds. */
export interface Epoch {
  /** Index of its first sync; the history's length where none holds any longer. */
  readonly first: number;
  readonly cause: EpochCause;
  /** No record of this epoch lies before this target offset. */
  readonly floor: bigint;
  /** Index of the first sync of the present source topic. */
  readonly sourceFirst: number;
}

/**
 * Cuts a history to its current epoch: the stretch in which the target log never went back and the source topic was
 * one and the same. Everything before is void.
 */
export function cutEpoch(evidence: MappingEvidence): Epoch {
  const { history, target } = evidence;
  const { length } = history;
  let first = 0;
  let cause: EpochCause = 'first-known';
  for (let i = 1; i < length; i++) {
    if (history.downstream(i) > history.downstream(i - 1)) continue;
    first = i;
    cause = 'target-recreated';
  }
  const targetRecreatedAt = Math.max(evidence.targetRecreatedAt ?? 0, lastBreak(history, 'newTarget'));
  if (targetRecreatedAt > first) {
    first = targetRecreatedAt;
    cause = 'target-recreated';
  }
  const sourceRecreatedAt = Math.max(evidence.sourceRecreatedAt ?? 0, lastBreak(history, 'newSource'));
  let sourceFirst = sourceRecreatedAt;
  if (sourceRecreatedAt > first) {
    first = sourceRecreatedAt;
    cause = 'source-recreated';
  }
  if (evidence.sourceEnd !== undefined) {
    for (let i = length - 1; i >= first; i--) {
      if (history.upstream(i) < evidence.sourceEnd) continue;
      // The source does not reach as far as MM2 once read: recreated, or cut off by an unclean election.
      first = i + 1;
      sourceFirst = i + 1;
      cause = 'source-shortened';
      break;
    }
  }
  if (first < length && history.downstream(length - 1) >= target.end) {
    // A record that a sync speaks of is no longer there: the log is another one, or was cut off.
    return { first: length, cause: 'target-shortened', floor: target.start, sourceFirst };
  }
  let floor = target.start;
  if (cause === 'source-recreated') {
    // The new topic's records lie behind the old one's, unless the target log was replaced as well.
    const behindOld = history.downstream(first - 1) + 1n;
    if (behindOld > floor && behindOld <= target.end) floor = behindOld;
  }
  return { first, cause, floor, sourceFirst };
}

/** Index of the newest point in front of which a topic became another one, 0 where none did. */
export function lastBreak(history: SyncHistory, what: Exclude<Break, 'hole'>): number {
  if (history.breaksBeforeNext(what)) return history.length;
  for (let i = history.length - 1; i > 0; i--) if (history.breaksBefore(i, what)) return i;
  return 0;
}
