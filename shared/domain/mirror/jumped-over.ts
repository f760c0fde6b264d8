import { greatest, least } from '../model/offsets.ts';
import { begunAgain, mostWritten } from './earlier-runs.ts';
import type { PartitionMapping } from './mapping.ts';

/**
 * Where the records at or after a source offset begin on the target, if MM2 began again and then skipped some of them
 * that it may have written before; null if it did not. Source retention and a cut of the target do that: such records are
 * only before the point where MM2 began again.
 * @param index of the sync before the offset
 */
export function firstBeforeJump(mapping: PartitionMapping, index: number, upstream: bigint): bigint | null {
  const again = begunAgain(mapping, mapping.first, index);
  if (again === null) return null;
  for (let i = index; i + 1 < mapping.length; i++) {
    const [left, right] = [mapping.pair(i), mapping.pair(i + 1)];
    if (right.upstream <= left.upstream) return null;
    if (mapping.isAccounted(i + 1)) continue;
    const unread = { from: greatest(left.upstream + 1n, upstream), until: right.upstream };
    // What it wrote in between may all be what the group has read.
    const read = unread.from - left.upstream - 1n;
    const written = greatest(0n, right.downstream - left.downstream - 1n - read);
    if (written >= unread.until - unread.from) continue;
    if (mostWritten(mapping, mapping.first, again, unread) > written) return lowestBefore(mapping, again, upstream);
  }
  return null;
}

/** In each run before an index, the records at or after an offset begin here or later: the first of all. */
function lowestBefore(mapping: PartitionMapping, before: number, upstream: bigint): bigint {
  let lowest: bigint | null = null;
  for (let i = mapping.first; i < before; i++) {
    const [sync, next] = [mapping.pair(i), mapping.pair(i + 1)];
    if (sync.upstream > upstream || (next.upstream > sync.upstream && next.upstream <= upstream)) continue;
    const passed = upstream - sync.upstream;
    const isInStep = next.upstream - sync.upstream === next.downstream - sync.downstream;
    const at = isInStep || passed === 0n ? sync.downstream + passed : sync.downstream + 1n;
    lowest = lowest === null ? at : least(lowest, at);
  }
  return lowest ?? mapping.floor;
}
