import type { SourceCut } from '../epoch.ts';
import type { SyncPoint } from '../syncs/sync-history.ts';

/** The syncs of a mapping, from the first one that holds. */
interface MappedSyncs {
  readonly first: number;
  readonly length: number;
  at(index: number): SyncPoint;
  holeBefore(index: number): boolean;
}

/**
 * Index of the sync behind the records that were cut off, or the length where MM2 has written none since; −1 if no hole
 * shows it. MM2's clock can be ahead of ours: if no time fits, it is the last hole. Later ones are possible as well: see
 * `indexesBehind`.
 */
export function indexBehind(mapping: MappedSyncs, { at, noticedAt }: SourceCut): number {
  let last = -1;
  for (let i = mapping.length; i >= mapping.first; i--) {
    if (!mapping.holeBefore(i)) continue;
    const before = i === mapping.first ? null : mapping.at(i - 1);
    // A sync from behind the cut came after it: that hole is of a later one.
    if (before !== null && before.upstream >= at) continue;
    if (before === null || Number(before.timestamp) <= noticedAt) return i;
    last = Math.max(last, i);
  }
  return last;
}
