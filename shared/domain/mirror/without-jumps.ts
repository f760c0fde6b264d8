import { greatest, least } from '../model/offsets.ts';
import type { Syncs } from './syncs/syncs.ts';

/**
 * How many syncs are left without those from which MM2 began again, and then jumped over records that it had written
 * before: these records are only before the point where it began again.
 * @param first index of the first sync that counts
 * @param settled index after the last one
 */
export function withoutJumps(syncs: Syncs, first: number, settled: number): number {
  let before = settled > first ? syncs.pair(first).upstream : 0n;
  let reached = before;
  for (let i = first + 1; i < settled; i++) {
    const { upstream } = syncs.pair(i);
    if (upstream <= before && jumpsBehind(syncs, { first, again: i, settled, reached })) return i;
    reached = greatest(reached, upstream);
    before = upstream;
  }
  return settled;
}

interface BegunAgain {
  readonly first: number;
  /** Index of the sync at which MM2 began again. */
  readonly again: number;
  readonly settled: number;
  /** The furthest source offset that a sync before it names. */
  readonly reached: bigint;
}

/** Whether a gap behind the point where MM2 began again holds a record that it had written before that. */
function jumpsBehind(syncs: Syncs, { first, again, settled, reached }: BegunAgain): boolean {
  for (let i = again; i + 1 < settled; i++) {
    const [left, right] = [syncs.pair(i), syncs.pair(i + 1)];
    if (left.upstream >= reached || right.upstream <= left.upstream) return false;
    const written = right.downstream - left.downstream - 1n;
    const gap = { from: left.upstream + 1n, until: right.upstream };
    if (written < gap.until - gap.from && surelyIn(syncs, { first, before: again }, gap) > written) return true;
  }
  return false;
}

/** How many records of a range of source offsets the syncs show for certain, counted in the run that shows most. */
function surelyIn(
  syncs: Syncs,
  { first, before }: { readonly first: number; readonly before: number },
  { from, until }: { readonly from: bigint; readonly until: bigint },
): bigint {
  let most = 0n;
  let records = 0n;
  for (let i = first; i < before; i++) {
    const { upstream, downstream } = syncs.pair(i);
    // After the last one MM2 began again, so that the next one is never in step with it.
    const next = syncs.pair(i + 1);
    const isInStep = next.upstream - upstream === next.downstream - downstream;
    // The record of a sync, or all up to the next one.
    const end = isInStep ? next.upstream : upstream + 1n;
    records += greatest(0n, least(end, until) - greatest(upstream, from));
    most = greatest(most, records);
    if (next.upstream <= upstream) records = 0n;
  }
  return most;
}
