import type { SyncHistory } from '../mirror/syncs/sync-history.ts';

/** Most verified pairs stored per partition. */
const MOST_PAIRS = 32;

/**
 * Stores a pair that comparing records has verified, if it adds information: it lies inside a gap or beyond the newest
 * sync. The target must not have gained more offsets than the source there: then each record has one copy, and it does
 * not matter which copy the comparison found. Returns whether the pair was stored.
 */
export function addVerified(
  history: SyncHistory,
  pair: { readonly upstream: bigint; readonly downstream: bigint },
  at: number,
): boolean {
  const left = leftOf(history, pair);
  if (left === null || pairsIn(history) >= MOST_PAIRS) return false;
  const right = left + 1;
  const isNewest = right === history.length;
  if (!isNewest && isExact(history, left, right)) return false;
  const fits =
    !fewerOffsets(history, left, pair.upstream, pair.downstream) &&
    (isNewest || !fewerOffsetsTo(history, right, pair.upstream, pair.downstream));
  if (!fits) return false;
  history.insert(right, { ...pair, timestamp: BigInt(at), compared: true });
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

function fewerOffsets(history: SyncHistory, left: number, upstream: bigint, downstream: bigint): boolean {
  return upstream - history.upstream(left) < downstream - history.downstream(left);
}

function fewerOffsetsTo(history: SyncHistory, right: number, upstream: bigint, downstream: bigint): boolean {
  return history.upstream(right) - upstream < history.downstream(right) - downstream;
}

function pairsIn(history: SyncHistory): number {
  let pairs = 0;
  for (let i = 0; i < history.length; i++) if (history.isCompared(i)) pairs++;
  return pairs;
}
