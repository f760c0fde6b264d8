import type { Syncs } from './syncs/syncs.ts';

/** Offsets, as many as MM2 writes in one transaction by default: the records of a poll (`max.poll.records`). */
const LONGEST_TRANSACTION = 500n;

/**
 * Whether the markers of transactions can be all that the target has beyond the records before a sync. In transactions
 * nothing is written twice, but MM2 may not always have written in transactions. Each transaction has a record and a
 * marker, so there are no more markers than records. If the stretch before is longer than a transaction and has no
 * marker, MM2 wrote it without transactions: it may have begun again behind it.
 * @param first index of the first sync that counts
 */
export function hasOnlyMarkers(syncs: Syncs, first: number, index: number): boolean {
  const right = syncs.pair(index);
  const left = syncs.pair(index - 1);
  const offsets = right.upstream - left.upstream;
  if (right.downstream - left.downstream > 2n * offsets) return false;
  if (index - 2 < first) return true;
  const before = syncs.pair(index - 2);
  const written = left.downstream - before.downstream;
  return written <= LONGEST_TRANSACTION || written !== left.upstream - before.upstream;
}
