import { greatest } from '../model/offsets.ts';
import type { PartitionState } from './partition-state.ts';

/**
 * Source records behind Connect's commit and behind all that the target can hold, if a cut has made the syncs void; null
 * if it has not.
 */
export function waitsAtLeast({ mapping, connect, source }: PartitionState): bigint | null {
  if (mapping?.holeBehind !== true) return null;
  if (connect === null || source === null) return 0n;
  return greatest(0n, source.highWatermark - greatest(connect.offset + 1n, mapping.reach));
}
