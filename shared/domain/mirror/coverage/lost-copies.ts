import { greatest, least } from '../../model/offsets.ts';
import type { PartitionMapping } from '../mapping.ts';

/**
 * How many copies cuts have taken off the present target log directly before the sync of an index. MM2 does not notice: it
 * continues with the record after those that are gone, whatever else it writes there.
 */
export function lostCopiesBefore(mapping: PartitionMapping): (index: number) => bigint {
  if (mapping.targetCuts.length === 0) return noneBefore;
  const byIndex = new Map<number, bigint>();
  let place: bigint | null = null;
  for (const { at, reached } of mapping.targetCuts.toReversed()) {
    // A later cut further down took the place of this one along.
    place = place === null ? at : least(place, at);
    const index = firstFrom(mapping, place);
    byIndex.set(index, (byIndex.get(index) ?? 0n) + greatest(0n, reached - at));
  }
  return (index) => byIndex.get(index) ?? 0n;
}

const noneBefore = (): bigint => 0n;

/** Index of the first sync about a target offset or a later one; the length if there is none. */
function firstFrom(mapping: PartitionMapping, downstream: bigint): number {
  for (let i = mapping.first; i < mapping.length; i++) if (mapping.downstream(i) >= downstream) return i;
  return mapping.length;
}
