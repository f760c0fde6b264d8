import { greatest } from '../model/offsets.ts';
import type { PartitionState } from './partition-state.ts';

/**
 * Source records behind Connect's commit and behind all that the target can hold, if it is in doubt whether the syncs
 * hold: a cut has made them void, the log ends before them, or they may be about another topic. Null if it is not.
 */
export function waitsAtLeast({ mapping, history, connect, source, sourceRecreated }: PartitionState): bigint | null {
  const isShortened = mapping?.cause === 'source-shortened' && mapping.first >= mapping.length;
  const isDoubtful = (sourceRecreated === 'doubt' || isShortened) && history !== null && history.length > 0;
  if (mapping?.holeBehind !== true && !isDoubtful) return null;
  if (mapping === null || source === null || (connect === null && !isDoubtful)) return 0n;
  const newest = isDoubtful ? history.at(history.length - 1) : null;
  const reach = newest === null ? mapping.reach : newest.upstream + mapping.target.end - newest.downstream;
  return greatest(0n, source.highWatermark - greatest((connect?.offset ?? -1n) + 1n, reach));
}
