import { BREAK_KINDS, type Break, type NewPoint, type SyncHistory } from '../mirror/syncs/sync-history.ts';
import type { HistoryState } from './history-state.ts';

const SECOND = 1_000n;
const EPOCH_BREAKS = ['newSource', 'newTarget', 'refuted'] as const satisfies readonly Break[];

/**
 * Adds a sync to a partition's stored syncs. Neighbours of slope 1 (as far apart on the source as on the target) merge
 * into a run, of which only the two ends are stored. Times are rounded down to the second.
 *
 * Translation loses nothing by this: within a run every offset is exact, with or without a sync in the middle. There is
 * one exception: if the partition later shows both gaps and foreign records, the bounds inside a run become as wide as
 * the run. If MM2 writes in transactions, bounds are always as wide as two syncs are apart, and no sync is left out.
 * The times of syncs inside a run are lost; they only serve to suspect a recreated source topic. Recreations
 * that an audit noticed are stored.
 */
export function appendMerged(history: SyncHistory, point: NewPoint, inTransactions = false): void {
  const last = history.length - 1;
  const isOnLine =
    !inTransactions &&
    last > 0 &&
    !isBroken(point) &&
    history.pendingBreaks === 0 &&
    point.compared !== true &&
    !history.isCompared(last - 1) &&
    !history.isCompared(last) &&
    !history.isBrokenBefore(last) &&
    isSlopeOne(history, last - 1, history.upstream(last), history.downstream(last)) &&
    isSlopeOne(history, last, point.upstream, point.downstream);
  const kept = { ...point, timestamp: wholeSecond(point.timestamp) };
  if (isOnLine) history.replace(last, kept);
  else history.push(kept);
}

/**
 * Removes points of a partition, oldest first, until the budget is met, and returns how many it removed. It removes a
 * point only if the source alone has gaps on both sides of it: the wider interval that remains still bounds the same
 * offsets, and their proof falls from exact to bounded. Points at rewinds, foreign records and breaks stay, because the
 * others are judged by them, and so do points where MM2 wrote source offsets twice: they show whether it jumped over
 * records the second time. If too few points are removable, the result stays above the budget.
 * @param inTransactions whether MM2 writes in transactions: what the target has beyond the source's offsets are markers,
 *   and a point between two such stretches goes as well
 */
export function thinToBudget(history: SyncHistory, budget: number, inTransactions = false): number {
  const before = history.length;
  const areAlike = inTransactions ? areOneSided : areGaps;
  const once = writtenOnce(history);
  let kept = Array.from({ length: before }, (_, index) => index);
  // Remove every second one, repeatedly: the newest stay dense, and the rest is evenly spread.
  while (kept.length > budget) {
    const next: number[] = [];
    let excess = kept.length - budget;
    for (const [at, index] of kept.entries()) {
      const left = next.at(-1);
      const right = kept[at + 1];
      const previousDropped = next.length > 0 && left !== kept[at - 1];
      const mayGo = left !== undefined && right !== undefined && !previousDropped && once(left) && once(right);
      if (excess > 0 && mayGo && areAlike(history, left, index, right)) excess--;
      else next.push(index);
    }
    if (next.length === kept.length) break;
    kept = next;
  }
  if (kept.length < before) history.keep(kept);
  return before - kept.length;
}

/**
 * Thins every partition with more than `most` points well below that number. Returns how many points it removed.
 * @param most points per partition
 */
export function thinMapping(state: HistoryState, most: number): number {
  let dropped = 0;
  for (const partitions of state.mapping.values()) {
    for (const history of partitions.values()) {
      // Remove a quarter at once, so that thinning does not enlarge every frame.
      if (history.length > most) dropped += thinToBudget(history, Math.ceil(most * 0.75), state.inTransactions);
    }
  }
  return dropped;
}

function isSlopeOne(history: SyncHistory, from: number, upstream: bigint, downstream: bigint): boolean {
  const records = upstream - history.upstream(from);
  return records > 0n && downstream - history.downstream(from) === records;
}

function areGaps(history: SyncHistory, left: number, index: number, right: number): boolean {
  return isGap(history, left, index) && isGap(history, index, right);
}

/**
 * Whether the same side, source or target, has the more offsets between all three points, and markers can be all that the
 * target has more. A stretch without a marker stays as it is: its length shows whether MM2 wrote it in a transaction.
 */
function areOneSided(history: SyncHistory, left: number, index: number, right: number): boolean {
  if (history.isBrokenBefore(index) || history.isBrokenBefore(right)) return false;
  const before = lead(history, left, index);
  const behind = lead(history, index, right);
  return before !== null && behind !== null && before !== 0n && behind !== 0n && before > 0n === behind > 0n;
}

/**
 * How many offsets more the source gained between two points than the target. Null if either went back, or if the target
 * gained more than a marker for each record.
 */
function lead(history: SyncHistory, left: number, right: number): bigint | null {
  const upstream = history.upstream(right) - history.upstream(left);
  const downstream = history.downstream(right) - history.downstream(left);
  return upstream > 0n && downstream > 0n && downstream <= 2n * upstream ? upstream - downstream : null;
}

/** Whether there is no break between two points, and the target gained no more offsets than the source. */
function isGap(history: SyncHistory, left: number, right: number): boolean {
  if (history.isBrokenBefore(right)) return false;
  const upstream = history.upstream(right) - history.upstream(left);
  const downstream = history.downstream(right) - history.downstream(left);
  return upstream > 0n && downstream > 0n && downstream <= upstream;
}

/** Whether a point is before every later one on the source, and after every earlier one, among those of its epoch. */
function writtenOnce(history: SyncHistory): (index: number) => boolean {
  const once = new Uint8Array(history.length).fill(1);
  for (let begin = 0, end = 0; begin < history.length; begin = end) {
    end = begin + 1;
    while (end < history.length && !beginsEpoch(history, end)) end++;
    let furthest = -1n;
    for (let i = begin; i < end; i++) {
      if (history.upstream(i) <= furthest) once[i] = 0;
      else furthest = history.upstream(i);
    }
    let least: bigint | null = null;
    for (let i = end - 1; i >= begin; i--) {
      if (least !== null && history.upstream(i) >= least) once[i] = 0;
      else least = history.upstream(i);
    }
  }
  return (index) => once[index] === 1;
}

/** Whether nothing before a point holds after it. */
function beginsEpoch(history: SyncHistory, index: number): boolean {
  const isCut = history.downstream(index) <= history.downstream(index - 1);
  return isCut || EPOCH_BREAKS.some((what) => history.breaksBefore(index, what));
}

function isBroken(point: NewPoint): boolean {
  return BREAK_KINDS.some((what) => point[what] === true);
}

/** Rounds a time down; −1 means that the record has none. */
function wholeSecond(timestamp: bigint): bigint {
  return timestamp < 0n ? timestamp : timestamp - (timestamp % SECOND);
}
