import { greatest } from '../model/offsets.ts';
import type { PartitionState } from './partition-state.ts';

/**
 * Source records behind Connect's commit and behind all that the target can hold, if it is in doubt what MM2 has
 * acknowledged: a cut has made the syncs void, the log ends before them, they or the commit may be about another topic, or
 * markers hide how many records MM2 wrote after them. Null if it is not.
 */
export function waitsAtLeast(state: PartitionState): bigint | null {
  const { mapping, history, connect, source, sourceRecreated, replication } = state;
  const isShortened = mapping?.cause === 'source-shortened' && mapping.first >= mapping.length;
  const isUnreckoned = mapping?.inTransactions === true && mapping.first < mapping.length;
  const isDoubtful =
    (sourceRecreated === 'doubt' || isShortened || isUnreckoned) && history !== null && history.length > 0;
  const isCommitted = (replication?.perhapsTo ?? null) !== null;
  // A copy found behind the newest sync shows how far MM2 is, and not which syncs the cut made void.
  const isCut = history?.breaksBeforeNext('hole') === true;
  if (!isCut && !isDoubtful && !isCommitted) return null;
  if (mapping === null || source === null || (connect === null && !isDoubtful)) return 0n;
  const newest = isDoubtful ? history.at(history.length - 1) : null;
  const reach = newest === null ? mapping.reach : newest.upstream + mapping.target.end - newest.downstream;
  return greatest(0n, source.highWatermark - greatest((connect?.offset ?? -1n) + 1n, reach));
}
