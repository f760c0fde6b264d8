import type { LogOffsets } from '../../model/cluster.ts';
import { least } from '../../model/offsets.ts';
import type { SourceCut } from '../epoch.ts';
import type { PartitionMapping } from '../mapping.ts';
import { clipped, type Hole } from './hole.ts';

/**
 * Records that a cut took off the source log after MM2 had mirrored them: on the target they cover nothing. MM2 may never
 * write those of their offsets that the log has again.
 */
export interface CutOff extends SourceCut {
  /** Copies of the records that are gone: at most, and at least. */
  readonly records: bigint;
  readonly atLeast: bigint;
}

/**
 * Index of the sync behind the records that were cut off, or the length where MM2 has written none since; −1 if no hole
 * shows it. MM2's clock can be ahead of ours: if no time fits, it is the last hole.
 */
export function indexBehind(mapping: PartitionMapping, { at, noticedAt }: SourceCut): number {
  let last = -1;
  for (let i = mapping.length; i >= mapping.first; i--) {
    const hole = i === mapping.length ? mapping.holeBehind : mapping.at(i).hole;
    if (!hole) continue;
    const before = i === mapping.first ? null : mapping.at(i - 1);
    // A sync from behind the cut came after it: that hole is of a later one.
    if (before !== null && before.upstream >= at) continue;
    if (before === null || Number(before.timestamp) <= noticedAt) return i;
    last = Math.max(last, i);
  }
  return last;
}

const NONE: readonly CutOff[] = [];

/** The cuts before whose sync the index lies: see `indexBehind`. */
export function cutsBefore(
  mapping: PartitionMapping,
  cutOffs: readonly CutOff[],
): (index: number) => readonly CutOff[] {
  const byIndex = Map.groupBy(cutOffs, (cutOff) => indexBehind(mapping, cutOff));
  return (index) => byIndex.get(index) ?? NONE;
}

/** What MM2 may have skipped before the first sync that holds. */
export function skippedHead(index: number, { start: from }: LogOffsets, until: bigint, offsets: bigint): Hole {
  const look = { from, until };
  return { kind: 'head', ...look, offsets, least: 0n, look, isPlace: false, index };
}

/** What MM2 may have skipped since a cut, if no sync shows where in the mapping the cut lies. */
export function holeOfCut(
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOff: CutOff,
): Hole[] {
  if (mapping.first >= mapping.length || indexBehind(mapping, cutOff) >= 0) return [];
  const from = cutOff.at;
  const until = least(cutOff.reached, position ?? mapping.newest().upstream + 1n);
  const look = { from, until };
  const hole = {
    kind: 'anywhere',
    ...look,
    offsets: until - from,
    least: 0n,
    look,
    isPlace: false,
    index: null,
  } as const;
  return clipped(hole, source);
}
