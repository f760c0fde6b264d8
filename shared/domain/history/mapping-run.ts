import type { NewPoint, SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { HistoryState } from './history-state.ts';

const SECOND = 1_000n;

/**
 * Adds a sync to those of its partition as the history keeps them: neighbours of slope 1 merge into a run that keeps
 * its two ends, and of the time the whole second stays, rounded down.
 *
 * Nothing that translation uses is lost: between two syncs as far apart on the source as on the target every offset is
 * exact, with or without a third one on the line between them. Only where a partition turns out to have both gaps and
 * foreign records, so that differences count no longer, the bounds across a run are as wide as the run. What goes is the
 * time of the syncs inside a run, which only raises doubts about a recreated source; recreations that an audit noticed
 * stay.
 */
export function appendMerged(history: SyncHistory, point: NewPoint): void {
  const last = history.length - 1;
  const isOnLine =
    last > 0 &&
    !isBroken(point) &&
    history.pendingBreaks === 0 &&
    point.compared !== true &&
    !history.isCompared(last - 1) &&
    !history.isCompared(last) &&
    !isBrokenAt(history, last) &&
    isSlopeOne(history, last - 1, history.upstream(last), history.downstream(last)) &&
    isSlopeOne(history, last, point.upstream, point.downstream);
  const kept = { ...point, timestamp: wholeSecond(point.timestamp) };
  if (isOnLine) history.replace(last, kept);
  else history.push(kept);
}

/**
 * Brings a partition's points down to a budget, oldest first, and says how many went. A point may go where the source
 * alone had gaps on both sides of it: the interval that remains bounds the same offsets, only wider, so that their
 * proof falls from exact to bounded by itself. Points at rewinds, foreign records and breaks stay: they are what the
 * others are judged by. Where too few may go, the result stays above the budget.
 */
export function thinToBudget(history: SyncHistory, budget: number): number {
  const before = history.length;
  let kept = Array.from({ length: before }, (_, index) => index);
  // Every second one, again and again: the newest stay dense, and what is left is evenly spread.
  while (kept.length > budget) {
    const next: number[] = [];
    let excess = kept.length - budget;
    for (const [at, index] of kept.entries()) {
      const left = next.at(-1);
      const right = kept[at + 1];
      const previousDropped = next.length > 0 && left !== kept[at - 1];
      const mayGo = left !== undefined && right !== undefined && !previousDropped;
      if (excess > 0 && mayGo && isGap(history, left, index) && isGap(history, index, right)) excess--;
      else next.push(index);
    }
    if (next.length === kept.length) break;
    kept = next;
  }
  if (kept.length < before) history.keep(kept);
  return before - kept.length;
}

/**
 * Brings every partition's mapping that is over a number of points well below it, and says how many points went.
 * @param most points of a partition
 */
export function thinMapping(state: HistoryState, most: number): number {
  let dropped = 0;
  for (const partitions of state.mapping.values()) {
    for (const history of partitions.values()) {
      // A quarter at once, so that not every frame has to tell all points anew.
      if (history.length > most) dropped += thinToBudget(history, Math.ceil(most * 0.75));
    }
  }
  return dropped;
}

function isSlopeOne(history: SyncHistory, from: number, upstream: bigint, downstream: bigint): boolean {
  const records = upstream - history.upstream(from);
  return records > 0n && downstream - history.downstream(from) === records;
}

/** Whether between two points nothing broke, and no more records arrived than offsets went by. */
function isGap(history: SyncHistory, left: number, right: number): boolean {
  if (isBrokenAt(history, right)) return false;
  const upstream = history.upstream(right) - history.upstream(left);
  const downstream = history.downstream(right) - history.downstream(left);
  return upstream > 0n && downstream > 0n && downstream <= upstream;
}

function isBroken({ hole, newSource, newTarget }: NewPoint): boolean {
  return hole === true || newSource === true || newTarget === true;
}

/** Whether something is in doubt between a point and the one before it. */
function isBrokenAt(history: SyncHistory, index: number): boolean {
  return (
    history.breaksBefore(index, 'hole') ||
    history.breaksBefore(index, 'newSource') ||
    history.breaksBefore(index, 'newTarget')
  );
}

/** Of a time that is known: −1 says that a record has none. */
function wholeSecond(timestamp: bigint): bigint {
  return timestamp < 0n ? timestamp : timestamp - (timestamp % SECOND);
}
