import type { LogOffsets } from '../../model/cluster.ts';
import { least } from '../../model/offsets.ts';
import type { SourceCut } from '../epoch.ts';
import type { PartitionMapping } from '../mapping.ts';
import { clipped, type Hole } from './hole.ts';
import { indexBehind } from './index-behind.ts';

/**
 * Records that a cut took off the source log after MM2 had mirrored them: on the target they cover nothing. MM2 may never
 * write those of their offsets that the log has again.
 */
export interface CutOff extends SourceCut {
  /** Copies of the records that are gone: at most, and at least. */
  readonly records: bigint;
  readonly atLeast: bigint;
}

/** Copies of what cuts have taken off the source log. */
export function takenBy(cutOffs: readonly CutOff[]): Pick<CutOff, 'records' | 'atLeast'> {
  if (cutOffs.length === 0) return NOTHING;
  return cutOffs.reduce(
    (sum, { records, atLeast }) => ({ records: sum.records + records, atLeast: sum.atLeast + atLeast }),
    NOTHING,
  );
}

const NOTHING = { records: 0n, atLeast: 0n };

/**
 * All indexes that `indexBehind` can stand for. MM2 holds syncs back for a while: those directly behind the hole can be of
 * before the cut, if they are from before its place and the target has no more records there than the source has offsets.
 */
export function indexesBehind(mapping: PartitionMapping, cut: SourceCut): number[] {
  const hole = indexBehind(mapping, cut);
  if (hole < 0) return [];
  const indexes = [hole];
  for (let index = hole; index < mapping.length; index++) {
    const { upstream, downstream } = mapping.at(index);
    const left = index === mapping.first ? { upstream: 0n, downstream: mapping.began } : mapping.at(index - 1);
    if (upstream >= cut.at || upstream < left.upstream) break;
    if (downstream - left.downstream > upstream - left.upstream) break;
    indexes.push(index + 1);
  }
  return indexes;
}

const NONE: readonly CutOff[] = [];
const noneBefore = (): readonly CutOff[] => NONE;

/** The cuts that may lie directly before the sync of an index: see `indexesBehind`. */
export function cutsBefore(
  mapping: PartitionMapping,
  cutOffs: readonly CutOff[],
): (index: number) => readonly CutOff[] {
  if (cutOffs.length === 0) return noneBefore;
  const byIndex = new Map<number, CutOff[]>();
  for (const cutOff of cutOffs) {
    const indexes = indexesBehind(mapping, cutOff);
    const taken = indexes.length > 1 ? { ...cutOff, atLeast: 0n } : cutOff;
    for (const index of indexes) byIndex.set(index, [...(byIndex.get(index) ?? []), taken]);
  }
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
