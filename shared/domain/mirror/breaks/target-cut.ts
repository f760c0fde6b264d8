import { lastBreak } from '../epoch.ts';
import type { SyncHistory } from '../syncs/sync-history.ts';
import type { LogsNow } from './logs-now.ts';
import { hadReached, indexesOf, keeping, mayHaveWaited, type Shortened } from './shortened.ts';

export function withoutTargetCut(
  history: SyncHistory,
  { targetEnd: end, sameTargetSince, targetEndBefore, targetEpochEnd, known, knewAll, targetEndConfirmed }: LogsNow,
): Shortened {
  const first = lastBreak(history, 'newTarget');
  const none = { history, cut: null, known };
  if (end === null || sameTargetSince === null || first >= history.length) return none;
  const isCut = targetEpochEnd !== null && targetEndBefore !== null && targetEpochEnd < targetEndBefore;
  const isYounger = (index: number): boolean => knewAll && index >= known;
  let least = end;
  let cutAt: bigint | null = null;
  /** MM2 wrote this one and all before it before the cut. */
  let lastCut = -1;
  const kept: number[] = [];
  for (let index = history.length - 1; index >= first; index--) {
    const downstream = history.downstream(index);
    // However long the log is now: what earlier audits had read was there before the cut.
    if (isCut && index < known && targetEpochEnd < least) least = targetEpochEnd;
    if (downstream < least) {
      kept.push(index);
      least = downstream;
      continue;
    }
    lastCut = Math.max(lastCut, index);
    if (isCut) {
      cutAt = least;
      continue;
    }
    if (mayHaveWaited(history, index, 'newTarget') && !hadReached(targetEndBefore, downstream)) continue;
    const [next] = kept.slice(-1);
    // An earlier audit that knew the sync that goes back took the log for another one. That stays so. Nor does its end
    // count where that sync may be older than the audit: then that log is the one after it.
    const isShown = hadReached(targetEndBefore, downstream) && (next === undefined || isYounger(next));
    if (!isYounger(index) && !isShown) return none;
    cutAt = least;
  }
  if (cutAt === null) return isCut ? cutBehind(history, targetEpochEnd, targetEndBefore, known) : none;
  // The syncs show that there was a cut, and leader epochs that it was further down.
  const isDeeper = targetEpochEnd !== null && targetEpochEnd < cutAt;
  const at = isDeeper ? targetEpochEnd : cutAt;
  const furthest = furthestDownstream(history, first, new Set(kept)) + 1n;
  const reached = isCut && targetEndBefore > furthest ? targetEndBefore : furthest;
  const holding = kept.filter((index) => !isDeeper || index > lastCut || history.downstream(index) < at);
  const indexes = [...indexesOf(history).slice(0, first), ...holding.reverse()];
  // If a sync names the place of the cut, it is certain. The end of the log is, if nothing was written since.
  const isPlace = at < end || targetEndConfirmed;
  const shortened = keeping(history, indexes, known, (left) => (isPlace ? at - 1n - left.downstream : 0n));
  return { ...shortened, cut: { side: 'target', at, reached } };
}

/** The target log was cut behind all syncs: those from `known` on, if any, were written after that. */
function cutBehind(history: SyncHistory, at: bigint, reached: bigint, known: number): Shortened {
  const next = history.copy();
  next.breakAt(known, 'hole');
  return { history: next, cut: { side: 'target', at, reached }, known };
}

/** Of what was cut off: MM2 may have written the syncs that hold after the cut. */
function furthestDownstream(history: SyncHistory, first: number, kept: ReadonlySet<number>): bigint {
  let most = -1n;
  for (let i = first; i < history.length; i++) {
    if (!kept.has(i) && history.downstream(i) > most) most = history.downstream(i);
  }
  return most;
}
