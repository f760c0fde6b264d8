import type { LogOffsets } from '../../model/cluster.ts';
import { greatest, least } from '../../model/offsets.ts';
import type { PartitionMapping } from '../mapping.ts';
import { type CutOff, holeOfCut } from './cut-off.ts';
import { type Hole, perhapsLess } from './hole.ts';
import { type Range, type Run, runsOf } from './runs.ts';

/** Which part of the source log is on the present target log, as far as the syncs show. */
export interface Coverage {
  /** End of the covered stretch that an offset lies in or directly after; the offset itself if there is none. */
  coveredTo(offset: bigint): bigint;
  /** Oldest first, without those that an earlier audit has explained. */
  readonly holes: readonly Hole[];
}

/**
 * Computes from the syncs of the present source and target logs which part of the source log they cover.
 * @param position source offset at which MM2 continues, or null if that is not known
 * @param cutOffs what cuts have taken off the present source log, oldest first
 */
export function coverageOf(
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOffs: readonly CutOff[] = [],
): Coverage {
  const runs = runsOf(mapping, source, position, cutOffs);
  const covered = merged(runs.flatMap((run) => run.covered));
  const holes = runs
    .flatMap((run) => run.holes)
    .flatMap((hole) => withoutCovered(hole, covered))
    .map((hole) => withoutUnplaced(hole, runs))
    // Whatever the syncs on both sides of a cut say of it.
    .concat(cutOffs.flatMap((cutOff) => holeOfCut(mapping, source, position, cutOff)))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return {
    holes,
    coveredTo: (offset) => covered.find(({ from, until }) => from <= offset && until >= offset)?.until ?? offset,
  };
}

/** Removes from a hole what another run of MM2 has mirrored. */
function withoutCovered(hole: Hole, covered: readonly Range[]): Hole[] {
  const { from, until } = hole.isPlace ? hole.look : hole;
  // The run's own covered offsets in the stretch are counted in the hole already.
  const counted = hole.isPlace ? 0n : until - from - hole.offsets;
  const present = covered.reduce((sum, range) => sum + overlap(range, { from, until }), 0n);
  const offsets = until - from - greatest(counted, present);
  if (offsets <= 0n) return [];
  if (offsets >= hole.offsets) return [hole];
  const found = hole.offsets - offsets;
  // Which of its offsets the other run has brought, no single look shows.
  const rest = { ...hole, offsets, isPlace: false };
  return [hole.least === undefined ? rest : { ...rest, least: greatest(0n, hole.least - found) }];
}

/** Another run may have brought some of what a hole lacks before MM2 began again: no sync shows which. */
function withoutUnplaced(hole: Hole, runs: readonly Run[]): Hole {
  const records = runs.reduce(
    (sum, { unplaced }) => sum + (unplaced !== undefined && unplaced.from < hole.until ? unplaced.records : 0n),
    0n,
  );
  return perhapsLess(hole, records);
}

function overlap(a: Range, b: Range): bigint {
  return greatest(0n, least(a.until, b.until) - greatest(a.from, b.from));
}

function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (range.from >= range.until) continue;
    const last = result.at(-1);
    if (last === undefined || range.from > last.until) result.push(range);
    else if (range.until > last.until) result[result.length - 1] = { from: last.from, until: range.until };
  }
  return result;
}
