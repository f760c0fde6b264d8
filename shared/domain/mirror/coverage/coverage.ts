import type { LogOffsets } from '../../model/cluster.ts';
import { greatest, least } from '../../model/offsets.ts';
import type { PartitionMapping } from '../mapping.ts';
import { type CutOff, holeOfCut } from './cut-off.ts';
import { clipped, type Hole, lengthOf, perhapsLess } from './hole.ts';
import { type Range, type Run, runsOf } from './runs.ts';

/** Which part of the source log is on the present target log, as far as the syncs show. */
export interface Coverage {
  /** End of the covered stretch that an offset lies in or directly after; the offset itself if there is none. */
  coveredTo(offset: bigint): bigint;
  /** The same by syncs alone, without what lies behind the newest one. */
  syncedTo(offset: bigint): bigint;
  /** How many offsets behind one may be on the target already: MM2 brought them there before it began again. */
  perhapsBeyond(offset: bigint): bigint;
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
  const [only] = runs;
  // Almost always: MM2 never began again, and no log was cut.
  const isSimple = runs.length === 1 && only !== undefined && cutOffs.length === 0;
  const covered = merged(isSimple ? only.covered : runs.flatMap((run) => run.covered));
  const holes = isSimple ? only.holes : holesOfAll(runs, mapping, source, position, cutOffs);
  return {
    holes: holes.length <= 1 ? holes : holes.toSorted((a, b) => (a.from < b.from ? -1 : 1)),
    coveredTo: (offset) => endOf(covered, offset),
    // Only where MM2 writes records again: almost no partition of an audit asks.
    perhapsBeyond: (offset) => perhapsIn(runs.slice(0, -1), { from: offset, until: source.highWatermark }),
    syncedTo: (offset) => endOf(merged(runs.flatMap(syncedBy)), offset),
  };
}

function holesOfAll(
  runs: readonly Run[],
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOffs: readonly CutOff[],
): readonly Hole[] {
  return (
    runs
      .flatMap((run) =>
        withoutOtherRuns(
          run.holes,
          runs.filter((one) => one !== run),
        ),
      )
      .map((hole) => withoutUnplaced(hole, runs))
      // Whatever the syncs on both sides of a cut say of it.
      .concat(cutOffs.flatMap((cutOff) => holeOfCut(mapping, source, position, cutOff)))
  );
}

function syncedBy({ covered, bySyncs }: Run): readonly Range[] {
  return bySyncs === undefined ? covered : [...covered.slice(0, -1), bySyncs];
}

/** How many offsets of a stretch these runs brought for certain or perhaps. */
function perhapsIn(runs: readonly Run[], stretch: Range): bigint {
  if (runs.length === 0 || stretch.from >= stretch.until) return 0n;
  const unplaced = runs.reduce((sum, run) => sum + (run.unplaced?.records ?? 0n), 0n);
  const brought = overlap(merged(runs.flatMap((run) => [...run.covered, ...run.inPart])), stretch);
  return least(brought + unplaced, stretch.until - stretch.from);
}

function endOf(ranges: readonly Range[], offset: bigint): bigint {
  return ranges.find(({ from, until }) => from <= offset && until >= offset)?.until ?? offset;
}

/**
 * Removes from a run's holes what other runs of MM2 have mirrored. Where not all of a stretch is absent, what another run
 * brought of it can be what its own run had brought already.
 */
function withoutOtherRuns(holes: readonly Hole[], others: readonly Run[]): readonly Hole[] {
  if (others.length === 0 || holes.length === 0) return holes;
  const brought = merged(others.flatMap((run) => run.covered));
  const perhapsBrought = merged([...brought, ...others.flatMap((run) => run.inPart)]);
  return holes.flatMap((hole) => {
    const parts = without(hole.isPlace ? hole.look : hole, brought);
    const [first, last] = [parts[0], parts.at(-1)];
    if (first === undefined || last === undefined) return [];
    const left = { from: first.from, until: last.until };
    const between = without(left, parts);
    return within(hole, left).map((one) => {
      const rest = perhapsLess(one, overlap(perhapsBrought, left));
      if (between.length === 0) return rest;
      // A single look may find what the other run has brought.
      return { ...rest, offsets: least(one.offsets, lengthOf(parts)), brought: between, isPlace: false };
    });
  });
}

/** What of a hole lies in a range. */
function within(hole: Hole, { from, until }: Range): readonly Hole[] {
  if (from === hole.from && until === hole.until) return [hole];
  const part = clipped(hole, { start: from, highWatermark: until });
  return part.map((one) => (one.isPlace ? one : { ...one, look: { from, until } }));
}

/** What is left of a stretch, in order. */
function without({ from, until }: Range, ranges: readonly Range[]): readonly Range[] {
  const left: Range[] = [];
  let next = from;
  for (const range of ranges) {
    if (range.until <= next) continue;
    if (range.from >= until) break;
    if (range.from > next) left.push({ from: next, until: range.from });
    next = range.until;
  }
  if (next < until) left.push({ from: next, until });
  return left;
}

/** Another run may have brought some of what a hole lacks before MM2 began again: no sync shows which. */
function withoutUnplaced(hole: Hole, runs: readonly Run[]): Hole {
  const records = runs.reduce(
    (sum, { unplaced }) => sum + (unplaced !== undefined && unplaced.from < hole.until ? unplaced.records : 0n),
    0n,
  );
  return perhapsLess(hole, records);
}

/** How many offsets of a stretch lie in ranges that do not overlap. */
function overlap(ranges: readonly Range[], { from, until }: Range): bigint {
  return ranges.reduce((sum, range) => sum + greatest(0n, least(range.until, until) - greatest(range.from, from)), 0n);
}

function merged(ranges: readonly Range[]): readonly Range[] {
  const [only] = ranges;
  if (ranges.length === 1 && only !== undefined && only.from < only.until) return ranges;
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    if (range.from >= range.until) continue;
    const last = result.at(-1);
    if (last === undefined || range.from > last.until) result.push(range);
    else if (range.until > last.until) result[result.length - 1] = { from: last.from, until: range.until };
  }
  return result;
}
