import { lastBreak } from './epoch.ts';
import type { SyncHistory, SyncPoint } from './syncs/sync-history.ts';

/**
 * The sync before the first one whose record lies before it on the target, or null. Either the target log is another
 * one since, or two tasks of MM2 overlapped: then a late sync of the old task follows those of the new one. If the record
 * that this sync names is still there, the log is the same.
 */
export function beforeStepBack(history: SyncHistory): SyncPoint | null {
  for (let i = lastBreak(history, 'newTarget') + 1; i < history.length; i++) {
    if (history.downstream(i) < history.downstream(i - 1)) return history.at(i - 1);
  }
  return null;
}

/**
 * The same syncs in the order of the target log; the history itself if that is no order: something broke in between, or
 * two of them name the same target record.
 */
export function inTargetOrder(history: SyncHistory): SyncHistory {
  const first = lastBreak(history, 'newTarget');
  const points = Array.from({ length: history.length - first }, (_, i) => history.at(first + i));
  const sorted = points.toSorted((a, b) => (a.downstream < b.downstream ? -1 : 1));
  const isOrder = sorted.every((one, i) => i === 0 || one.downstream > (sorted[i - 1]?.downstream ?? -1n));
  const isBroken = points.some((_, i) => i > 0 && history.isBrokenBefore(first + i));
  if (!isOrder || isBroken) return history;
  const next = history.copy();
  next.truncate(first);
  const pending = history.pendingBreaks;
  next.pendingBreaks = 0;
  for (const [i, { timestamp, upstream, downstream, compared }] of sorted.entries()) {
    next.push({ timestamp, upstream, downstream, compared, newTarget: i === 0 && first > 0 });
  }
  next.pendingBreaks = pending;
  return next;
}
