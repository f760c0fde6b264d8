import type { CutTail } from './breaks/cut.ts';
import type { Break, SyncHistory } from './syncs/sync-history.ts';

/** Why the syncs before `Epoch.first` no longer hold. */
export type EpochCause =
  | 'first-known'
  | 'target-recreated'
  | 'target-shortened'
  | 'source-recreated'
  | 'source-shortened'
  | 'records-refuted';

export interface SourceCut {
  readonly at: bigint;
  readonly atMost?: bigint;
  readonly reached: bigint;
  readonly mayReach?: bigint;
  /** At most this many target records are copies of what it took; `reached - at` if absent. */
  readonly records?: bigint;
  readonly noticedAt: number;
  readonly tail?: CutTail;
}

export type TargetCut = Pick<SourceCut, 'at' | 'reached'>;

export interface MappingEvidence {
  readonly history: SyncHistory;
  /** Start and end of the target partition's log, read after the history. */
  readonly target: { readonly start: bigint; readonly end: bigint };
  /**
   * Syncs before this index were written for another topic of the same name (known from the topic id, or from comparing
   * records).
   */
  readonly sourceRecreatedAt?: number;
  /** The topic id shows that it is another topic than at the last audit, whether or not a sync about that one is known. */
  readonly sourceChanged?: boolean;
  /** That is in doubt: positions have to be right whether or not the topic is another one. */
  readonly sourceInDoubt?: boolean;
  /** Syncs before this index were written to another target topic of the same name (topic id). */
  readonly targetRecreatedAt?: number;
  /**
   * Where the present target log was cut, oldest first, and how far it had reached: what it begins with did not lead up to
   * the first sync that holds.
   */
  readonly targetCuts?: readonly TargetCut[];
  /** Start of the source partition's log; 0 if absent. */
  readonly sourceStart?: bigint;
  /** End of the source partition's log, read after the target's; absent if the source could not be read. */
  readonly sourceEnd?: bigint;
  /** It is not known whether the newest sync is about the present source topic, or an earlier one of the same name. */
  readonly mayPredateSource?: boolean;
  /** MM2 writes in transactions, so their markers are between the records on the target. */
  readonly exactlyOnce?: boolean;
  /**
   * The target's last record is not the one that the offsets since the newest sync suggest. Markers and compaction do
   * that, and so does a restart whose first sync got lost.
   */
  readonly tailUnknown?: boolean;
  /**
   * Where the present source log was cut, how far it had reached, and when the audit that noticed it began (ms since the
   * epoch): of the records between the two, a group may have read those that are gone, or those that the log has again.
   */
  readonly sourceCuts?: readonly SourceCut[];
  /** A pair beyond the newest sync that was found by comparing records. */
  readonly anchor?: { readonly upstream: bigint; readonly downstream: bigint };
}

/** The stretch of a history that still holds. */
export interface Epoch {
  /** Index of its first sync; the history's length if none holds any longer. */
  readonly first: number;
  readonly cause: EpochCause;
  /** No record of this epoch lies before this target offset. */
  readonly floor: bigint;
  /** Index of the first sync of the present source topic. */
  readonly sourceFirst: number;
  /** Whether an earlier source topic had the same name: the target may have its records. */
  readonly hadEarlierSource: boolean;
  /**
   * Whether the target log was empty when this epoch began. If its id did not change, it may have been cut instead:
   * then it begins with records of the epoch before. If both topics were replaced, MM2 may have written records of the
   * earlier source topic to the new target log first.
   */
  readonly onNewTarget: boolean;
}

/**
 * Cuts a history to its current epoch: the stretch in which the target log never went back and the source topic stayed
 * the same. Everything before is void.
 */
export function cutEpoch(evidence: MappingEvidence): Epoch {
  const { history, target } = evidence;
  const { length } = history;
  const targetRecreatedAt = Math.max(evidence.targetRecreatedAt ?? 0, lastBreak(history, 'newTarget'));
  let first = Math.max(targetRecreatedAt, presentFrom(history));
  let cause: EpochCause = first > 0 ? 'target-recreated' : 'first-known';
  const sourceRecreatedAt = Math.max(evidence.sourceRecreatedAt ?? 0, lastBreak(history, 'newSource'));
  let sourceFirst = sourceRecreatedAt;
  if (sourceRecreatedAt > first) {
    first = sourceRecreatedAt;
    cause = 'source-recreated';
  }
  const refutedAt = lastBreak(history, 'refuted');
  if (refutedAt > first) {
    first = refutedAt;
    cause = 'records-refuted';
  }
  if (evidence.sourceEnd !== undefined) {
    for (let i = length - 1; i >= first; i--) {
      if (history.upstream(i) < evidence.sourceEnd) continue;
      // The source log ends before offsets that MM2 once read: it was recreated, or cut off by an unclean leader
      // election.
      first = i + 1;
      sourceFirst = i + 1;
      cause = 'source-shortened';
      break;
    }
  }
  const hadEarlierSource = sourceFirst > 0 || evidence.sourceChanged === true || beginsWithNewSource(history);
  const source = { sourceFirst, hadEarlierSource };
  const isOfTarget = first < length || (cause === 'source-recreated' && targetRecreatedAt < length);
  if (isOfTarget && history.downstream(length - 1) >= target.end) {
    // A record that a sync names no longer exists: the log is another one, or was cut off.
    return { first: length, cause: 'target-shortened', floor: target.start, ...source, onNewTarget: false };
  }
  let floor = target.start;
  // If that is in doubt, or the log may be the same one, cut, the target records before may be of the present topic.
  if (cause === 'source-recreated' && evidence.sourceInDoubt !== true && !hasHoleBefore(history, first)) {
    // The new topic's records come after the old one's, unless the target log was replaced as well.
    const behindOld = history.downstream(first - 1) + 1n;
    if (behindOld > floor && behindOld <= target.end) floor = behindOld;
  }
  const isUnbroken = cause === 'first-known' && !hadEarlierSource;
  const replacedTogether = first === sourceFirst && hadEarlierSource && !isUnbroken;
  const onNewTarget = isUnbroken
    ? (evidence.targetCuts ?? []).length === 0
    : !replacedTogether && isNewTarget(evidence, first);
  return { first, cause, floor, ...source, onNewTarget };
}

/** A hole beside the break says that only the length of the log showed it: see `recreatedAt` of a partition's state. */
function isNewTarget({ history, targetRecreatedAt = 0 }: MappingEvidence, first: number): boolean {
  if (targetRecreatedAt === first && lastBreak(history, 'newTarget') !== first) return true;
  if (first >= history.length) return history.breaksBeforeNext('newTarget') && !history.breaksBeforeNext('hole');
  return history.breaksBefore(first, 'newTarget') && !history.breaksBefore(first, 'hole');
}

/** A hole beside a break says that only the length of a log showed it: the log may be the same one, cut. */
export function hasHoleBefore(history: SyncHistory, index: number): boolean {
  return index < history.length ? history.breaksBefore(index, 'hole') : history.breaksBeforeNext('hole');
}

/** Whether the source topic was replaced before the oldest point that is known, or before any. */
export function beginsWithNewSource(history: SyncHistory): boolean {
  return history.length === 0 ? history.breaksBeforeNext('newSource') : history.breaksBefore(0, 'newSource');
}

/** Index of the newest point before which another topic replaced this one; 0 if that never happened. */
export function lastBreak(history: SyncHistory, what: Exclude<Break, 'hole'>): number {
  if (history.breaksBeforeNext(what)) return history.length;
  for (let i = history.length - 1; i > 0; i--) if (history.breaksBefore(i, what)) return i;
  return 0;
}

/** Index of the first sync of the present target log, as far as the syncs tell. */
export function presentFrom(history: SyncHistory): number {
  let first = lastBreak(history, 'newTarget');
  for (let i = first + 1; i < history.length; i++) if (history.downstream(i) <= history.downstream(i - 1)) first = i;
  return first;
}
