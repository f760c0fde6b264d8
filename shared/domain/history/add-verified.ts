import type { SyncHistory } from '../mirror/syncs/sync-history.ts';

/** Most verified pairs stored per partition. */
const MOST_PAIRS = 32;

interface FoundPair {
  readonly upstream: bigint;
  readonly downstream: bigint;
  /** The topic was replaced, and all syncs before the pair may be about the one before; false if absent. */
  readonly mayBeginTopic?: boolean;
}

/**
 * Stores a pair that comparing records has verified, if it adds information: it lies beyond the newest sync, or between
 * two that are not in step. Like a sync it says where one copy of a record lies. Where MM2 wrote records again, it does
 * not matter which copy. Returns whether the pair was stored.
 */
export function addVerified(
  history: SyncHistory,
  { upstream, downstream, mayBeginTopic = false }: FoundPair,
  at: number,
): boolean {
  const pair = { upstream, downstream };
  const left = leftOf(history, pair);
  if (left === null || pairsIn(history) >= MOST_PAIRS) return false;
  const right = left + 1;
  const isNewest = right === history.length;
  if (!isNewest && isExact(history, left, right)) return false;
  // That it does is not certain: with the hole, what lies before it can be of the present topic as well.
  const breaks = isNewest && mayBeginTopic && !history.isCompared(left) ? { newSource: true, hole: true } : {};
  history.insert(right, { ...pair, ...breaks, timestamp: BigInt(at), compared: true });
  return true;
}

/** Index of the point that the pair follows, with no break in between; null if there is none. */
function leftOf(history: SyncHistory, pair: { upstream: bigint; downstream: bigint }): number | null {
  if (history.pendingBreaks !== 0) return null;
  for (let i = history.length - 1; i >= 0; i--) {
    const rises = history.upstream(i) < pair.upstream && history.downstream(i) < pair.downstream;
    if (rises) {
      const isFree = i + 1 === history.length || history.upstream(i + 1) > pair.upstream;
      return isFree ? i : null;
    }
    // Do not search across a break, or past a point that already lies below the pair on one side.
    if (history.isBrokenBefore(i) || history.upstream(i) <= pair.upstream || history.downstream(i) <= pair.downstream)
      return null;
  }
  return null;
}

function isExact(history: SyncHistory, left: number, right: number): boolean {
  return history.upstream(right) - history.upstream(left) === history.downstream(right) - history.downstream(left);
}

function pairsIn(history: SyncHistory): number {
  let pairs = 0;
  for (let i = 0; i < history.length; i++) if (history.isCompared(i)) pairs++;
  return pairs;
}
