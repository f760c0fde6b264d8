import { greatest, least } from '../model/offsets.ts';
import type { Syncs } from './syncs/syncs.ts';

interface Range {
  readonly from: bigint;
  /** Exclusive. */
  readonly until: bigint;
}

/** The index of the newest sync up to `index` at which MM2 began again; null if it did not since the sync at `first`. */
export function begunAgain(syncs: Syncs, first: number, index: number): number | null {
  for (let i = index; i > first; i--) if (syncs.pair(i).upstream <= syncs.pair(i - 1).upstream) return i;
  return null;
}

/**
 * At most how many records of a range of source offsets MM2 wrote before the sync at `before`, in the run that may have
 * written most of them. After its last sync a run may have written anything that follows.
 */
export function mostWritten(syncs: Syncs, first: number, before: number, { from, until }: Range): bigint {
  let most = 0n;
  let records = 0n;
  for (let i = first; i < before; i++) {
    const { upstream, downstream } = syncs.pair(i);
    const next = syncs.pair(i + 1);
    const behind = next.downstream - downstream - 1n;
    const isLast = next.upstream <= upstream;
    const end = isLast ? until : next.upstream;
    const own = upstream >= from && upstream < until ? 1n : 0n;
    const inside = greatest(0n, least(end, until) - greatest(upstream + 1n, from));
    records += own + least(inside, behind);
    most = greatest(most, records);
    if (isLast) records = 0n;
  }
  return most;
}
