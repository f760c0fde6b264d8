import type { Commit } from '../../model/cluster.ts';
import type { SyncPoint } from '../syncs/sync-history.ts';

/** What is known of the records that a cut took off the source log. */
export interface CutTail {
  /** The log's leader epoch when an audit last read it before: a commit of that epoch or an earlier one is of that log. */
  readonly epoch: number;
  /**
   * Leader epoch when an audit noticed the cut: a commit of that epoch or a later one is of the log that is there since. Of
   * those between the two, that is not known: there may have been other leaders. Absent if the broker did not say.
   */
  readonly presentFrom?: number;
  /** The syncs about them, in the order of both logs: the target has the copies. Empty if none is certain. */
  readonly syncs: readonly Pick<SyncPoint, 'upstream' | 'downstream'>[];
}

/** A log that lost its end and kept its identity: an unclean leader election, or a truncation. */
export interface Cut {
  readonly side: 'source' | 'target';
  /** The log was cut at this offset or before it; below it the mapping still holds. */
  readonly at: bigint;
  /** It may have been cut as late as here, where only comparing records shows the place; `at` if absent. */
  readonly atMost?: bigint;
  /** How far the log reached before, as far as the syncs or an audit show. */
  readonly reached: bigint;
  /**
   * Of a source log: groups may have read it up to here before. It may have grown since an audit last saw it, so that this
   * is where the present log ended when an audit noticed the cut, or the furthest commit beyond the log's end that an audit
   * has seen since, if that is further than `reached`; `reached` if absent.
   */
  readonly mayReach?: bigint;
  /**
   * How far MM2 had acknowledged it before, for certain, without offsets for which the target has no room; `reached` if
   * absent.
   */
  readonly acknowledged?: bigint;
  /** Of a source log: at most this many target records are copies of what it lost; `reached - at` if absent. */
  readonly copies?: bigint;
  /** Of a source log; absent if no audit knew its leader epoch. */
  readonly tail?: CutTail;
  /** When the audit that noticed it began, if it is not the one that reports it: ms since the epoch. */
  readonly noticedAt?: number;
}

/** A cut of a source log of which groups have read up to an offset at least: they have not read that on the present log. */
export function readUpTo<T extends Pick<Cut, 'side' | 'reached' | 'mayReach'>>(cut: T, read: bigint | undefined): T {
  const { side, reached, mayReach = reached } = cut;
  return side === 'target' || read === undefined || read <= mayReach ? cut : { ...cut, mayReach: read };
}

/** A cut of a source log, noticed before another target log replaced the one that had copies of what it took. */
export function withoutCopies<T extends Pick<Cut, 'at' | 'acknowledged' | 'tail'>>(cut: T): T {
  const { at, tail } = cut;
  return { ...cut, acknowledged: at, ...(tail === undefined ? {} : { tail: { ...tail, syncs: [] } }) };
}

/** Whether a commit of a leader epoch is or may be of the log before a cut, behind its place. */
export function isBeforeCut({ at, tail }: Pick<Cut, 'at' | 'tail'>, { offset, leaderEpoch }: Commit): boolean {
  if (tail === undefined || leaderEpoch === undefined || offset <= at) return false;
  return leaderEpoch < (tail.presentFrom ?? tail.epoch + 1);
}

/** A cut as the history remembers it. */
export interface PastCut extends Cut {
  /** Name of the topic on that side. */
  readonly topic: string;
  readonly partition: number;
  /** When the audit that noticed it began: ms since the epoch. */
  readonly noticedAt: number;
}
