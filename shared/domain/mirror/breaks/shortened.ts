import type { NewPoint, SyncHistory, SyncPoint } from '../syncs/sync-history.ts';
import type { Cut } from './cut.ts';
import type { SyncsSince } from './since-cut.ts';

/** What is left of a history after a cut of one log. */
export interface Shortened {
  readonly history: SyncHistory;
  readonly cut: Cut | null;
  /** How many of its syncs an earlier audit had read. */
  readonly known: number;
  readonly since?: SyncsSince;
}

/**
 * Whether the last audit saw a log of the present id that had reached an offset. If not, a sync of that offset may be
 * about an earlier log of the name: only a sync that is younger than that audit shows a cut.
 */
export function hadReached(endBefore: bigint | null, offset: bigint): boolean {
  return endBefore !== null && endBefore > offset;
}

/**
 * Whether a sync may be about the log before, although MM2 wrote it after an audit that saw the new one. MM2 keeps the last pair
 * of a partition until it flushes: the first sync after a topic was replaced shows no cut of the new log.
 */
export function mayHaveWaited(history: SyncHistory, index: number, what: 'newSource' | 'newTarget'): boolean {
  return history.breaksBefore(index, what);
}

/**
 * Only the syncs of these indexes. If some are left out, nothing is known of what lies between their neighbours, except
 * up to the cut: where the syncs around it are in step, each record before the cut has its place.
 * @param room how many offsets after a sync the cut left
 */
export function keeping(
  history: SyncHistory,
  indexes: readonly number[],
  known: number,
  room: (left: SyncPoint) => bigint,
): Pick<Shortened, 'history' | 'known'> {
  const next = history.copy();
  next.keep(indexes);
  let knownNow = indexes.filter((index) => index < known).length;
  for (let at = indexes.length; at > 0; at--) {
    const index = indexes[at - 1] ?? 0;
    if ((indexes[at] ?? history.length) === index + 1) continue;
    next.breakAt(at, 'hole');
    const edge = index + 1 < history.length ? edgeOf(history, index, room(history.at(index))) : null;
    if (edge === null) continue;
    next.insert(at, edge);
    if (index < known) knownNow++;
  }
  if ((indexes[0] ?? history.length) > 0) next.breakAt(0, 'hole');
  return { history: next, known: knownNow };
}

/** The last pair before a cut, if the two syncs around it are in step. */
function edgeOf(history: SyncHistory, index: number, offsets: bigint): NewPoint | null {
  const left = history.at(index);
  const right = history.at(index + 1);
  const between = right.upstream - left.upstream;
  const isInStep = !history.isBrokenBefore(index + 1) && between === right.downstream - left.downstream;
  if (!isInStep || offsets <= 0n || offsets >= between) return null;
  const pair = { upstream: left.upstream + offsets, downstream: left.downstream + offsets };
  return { timestamp: left.timestamp, ...pair, compared: true };
}

export function indexesOf(history: SyncHistory): number[] {
  return Array.from({ length: history.length }, (_, index) => index);
}
