import type { LogOffsets } from '../model/cluster.ts';
import { greatest, least } from '../model/offsets.ts';
import type { PartitionMapping } from './mapping.ts';

/**
 * A stretch of source offsets with fewer counterparts on the present target log than it has offsets. Transaction markers,
 * compaction and deletion leave such stretches, and so do records that MM2 never wrote or that are gone from the target.
 */
export interface Hole {
  /** Where it lies: before the first sync that holds, between two of them, after the last, or nothing shows where. */
  readonly kind: 'head' | 'between' | 'behind' | 'anywhere';
  /** Source offsets in which the missing ones lie; `until` is exclusive. Both are inside the source log. */
  readonly from: bigint;
  readonly until: bigint;
  /** Offsets of [from, until) without a counterpart: at most this many records are missing. */
  readonly offsets: bigint;
  /** At least this many have none, if not `offsets`: it is not known what some of the target records are copies of. */
  readonly least?: bigint;
  /**
   * Where to look first. MM2 writes a sync at the first record after a gap, so the missing offsets are directly before
   * that sync. If `isPlace`, all of them are there for certain.
   */
  readonly look: { readonly from: bigint; readonly until: bigint };
  readonly isPlace: boolean;
  /**
   * Index of the sync after it, which remembers that an audit explained the hole; null for a hole after the last sync.
   */
  readonly index: number | null;
}

/** Records that a cut took off the source log after MM2 had mirrored them: on the target they cover nothing. */
export interface CutOff {
  /** Source offsets from the cut to where the log had reached: MM2 may never write those that the log has again. */
  readonly at: bigint;
  readonly reached: bigint;
  /** Copies of the records that are gone: at most, and at least. */
  readonly records: bigint;
  readonly atLeast: bigint;
  /** When the audit began that noticed the cut: ms since the epoch. */
  readonly noticedAt: number;
}

/** Which part of the source log is on the present target log, as far as the syncs show. */
export interface Coverage {
  /** End of the covered stretch that an offset lies in or directly after; the offset itself if there is none. */
  coveredTo(offset: bigint): bigint;
  /** Oldest first, without those that an earlier audit has explained. */
  readonly holes: readonly Hole[];
}

interface Range {
  readonly from: bigint;
  /** Exclusive. */
  readonly until: bigint;
}

/** Source offsets that MM2 wrote without going back, from its first sync to its last. */
interface Run {
  readonly covered: Range[];
  readonly holes: Hole[];
  /** What it wrote behind its last sync before MM2 began again: how many records, and from which offset on. */
  unplaced?: { readonly from: bigint; readonly records: bigint };
}

/**
 * Computes from the syncs of the present source and target logs which part of the source log they cover.
 * @param position source offset at which MM2 continues, or null if that is not known
 */
export function coverageOf(
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOff: CutOff | null = null,
): Coverage {
  const runs = runsOf(mapping, source, position, cutOff);
  const covered = merged(runs.flatMap((run) => run.covered));
  const holes = runs
    .flatMap((run) => run.holes)
    .flatMap((hole) => withoutCovered(hole, covered))
    .map((hole) => withoutUnplaced(hole, runs))
    // Whatever the syncs on both sides of the cut say of it.
    .concat(holeOfCut(mapping, source, position, cutOff))
    .toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return {
    holes,
    coveredTo: (offset) => covered.find(({ from, until }) => from <= offset && until >= offset)?.until ?? offset,
  };
}

/**
 * Index of the sync behind the records that were cut off, or the length where MM2 has written none since; −1 if no hole
 * shows it. MM2's clock can be ahead of ours: if no time fits, it is the last hole.
 */
function indexBehind(mapping: PartitionMapping, { noticedAt }: CutOff): number {
  let last = -1;
  for (let i = mapping.length; i >= mapping.first; i--) {
    const hole = i === mapping.length ? mapping.holeBehind : mapping.at(i).hole;
    if (!hole) continue;
    if (i === mapping.first || Number(mapping.at(i - 1).timestamp) <= noticedAt) return i;
    last = Math.max(last, i);
  }
  return last;
}

function runsOf(mapping: PartitionMapping, source: LogOffsets, position: bigint | null, cutOff: CutOff | null): Run[] {
  const { first, length, began } = mapping;
  const cutAt = cutOff === null ? -1 : indexBehind(mapping, cutOff);
  if (first >= length) return [withoutSyncs(mapping, source, position, cutOff)];
  const last = mapping.at(length - 1);
  // The log may have grown between the last audit and the cut: without a later sync, all that follows may be cut off.
  const behindLast = mapping.target.end - last.downstream - 1n;
  const taken = cutOff === null ? 0n : cutAt === length ? greatest(cutOff.records, behindLast) : cutOff.records;
  const takenBefore = (index: number): bigint => (index === cutAt ? taken : 0n);
  /**
   * If MM2 did not notice the cut, it continued behind what was cut off: it never wrote this many offsets before this one,
   * whatever else the target has there.
   */
  const skippedBefore = (index: number, until: bigint): bigint =>
    cutOff !== null && index === cutAt
      ? greatest(0n, least(cutOff.reached, until) - greatest(cutOff.at, source.start))
      : 0n;
  /** Of what counts as cut off before a sync, this many records may be copies of present ones. */
  const perhapsBefore = (index: number): bigint => (cutOff !== null && index === cutAt ? taken - cutOff.atLeast : 0n);
  const runs: Run[] = [];
  let run: Run = { covered: [], holes: [] };
  let from = 0n;
  for (let i = first; i < length; i++) {
    const { upstream, downstream } = mapping.at(i);
    if (i === first) {
      // The target records before the first sync led up to it.
      const there = downstream > began ? downstream - began : 0n;
      const others = takenBefore(i) + mapping.voidSurplus;
      const led = greatest(0n, there - others);
      // Nothing dates that hole: it may not be the one that the cut left.
      const holes = headHole(mapping, i, source, upstream, led).map((hole) => perhapsLess(hole, others));
      const skipped = skippedBefore(i, upstream);
      const isSkipped = skipped > (holes[0]?.offsets ?? 0n) && !mapping.isAccounted(i);
      from = ledUp(mapping) && !isSkipped ? upstream - led : upstream;
      run.holes.push(...(isSkipped ? [skippedHead(i, source, upstream, skipped)] : holes));
      continue;
    }
    const left = mapping.at(i - 1);
    const offsets = upstream - left.upstream;
    if (offsets <= 0n) {
      // MM2 began again at a lower offset: another run, which may mirror what the one before lacks.
      run.covered.push({ from, until: left.upstream + 1n });
      run.unplaced = { from: left.upstream + 1n, records: downstream - left.downstream - 1n };
      runs.push(run);
      run = { covered: [], holes: [] };
      from = upstream;
      continue;
    }
    const written = downstream - left.downstream;
    // The record of the sync itself has arrived.
    const most = least(offsets, greatest(1n, written - takenBefore(i)));
    const arrived = least(most, greatest(1n, offsets - skippedBefore(i, upstream)));
    if (arrived >= offsets) continue;
    run.covered.push({ from, until: left.upstream + 1n });
    from = upstream;
    const absent = offsets - arrived;
    const hole = {
      kind: 'between',
      from: left.upstream + 1n,
      until: upstream,
      offsets: absent,
      look: { from: upstream - absent, until: upstream },
      isPlace: arrived === 1n,
      index: i,
    } as const;
    // Which offsets are absent is not known, but most of the stretch is there: only the rest is a hole.
    if (arrived > 1n) run.covered.push({ from: left.upstream + 1n, until: upstream - absent });
    if (!mapping.isAccounted(i)) {
      run.holes.push(...clipped(perhapsLess(hole, perhapsBefore(i) + most - arrived), source));
    }
  }
  const behind = behindLast - takenBefore(length);
  const next = last.upstream + 1n;
  run.covered.push({ from, until: next + (behind > 0n ? behind : 0n) });
  runs.push(run);
  if (position !== null && position > next) {
    const holes = behindHole(source, next, position, behind);
    run.holes.push(...holes.map((hole) => perhapsLess(hole, perhapsBefore(length))));
  }
  return runs;
}

/** What MM2 may have skipped before the first sync that holds. */
function skippedHead(index: number, { start: from }: LogOffsets, until: bigint, offsets: bigint): Hole {
  const look = { from, until };
  return { kind: 'head', ...look, offsets, least: 0n, look, isPlace: false, index };
}

/** What MM2 may have skipped since a cut, if no sync shows where in the mapping the cut lies. */
function holeOfCut(
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOff: CutOff | null,
): Hole[] {
  if (cutOff === null || mapping.first >= mapping.length || indexBehind(mapping, cutOff) >= 0) return [];
  const from = cutOff.at;
  const until = least(cutOff.reached, position ?? mapping.newest().upstream + 1n);
  const [offsets, look] = [until - from, { from, until }];
  if (offsets <= 0n) return [];
  return clipped({ kind: 'anywhere', ...look, offsets, least: 0n, look, isPlace: false, index: null }, source);
}

/** @param records this many of the absent offsets may have a copy after all */
function perhapsLess(hole: Hole, records: bigint): Hole {
  if (records === 0n) return hole;
  return { ...hole, isPlace: false, least: greatest(0n, (hole.least ?? hole.offsets) - records) };
}

/** No sync holds any longer: only the length of the target log bounds what it lacks of the offsets that MM2 is past. */
function withoutSyncs(
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOff: CutOff | null,
): Run {
  if (position === null) return { covered: [], holes: [] };
  const { began, target } = mapping;
  // Some may be copies of records that a cut has taken off the source.
  const { records: taken, atLeast } = cutOff ?? { records: 0n, atLeast: 0n };
  const room = target.end > began + taken ? target.end - began - taken : 0n;
  const twice = least(room, mapping.voidSurplus);
  const there = room - twice;
  const lacks = position > there ? position - there : 0n;
  const isPlace = there === 0n;
  const perhaps = taken - atLeast + twice;
  const head = (until: bigint, offsets: bigint): Hole[] => {
    const look = { from: 0n, until };
    const hole = { kind: 'head', ...look, offsets, least: lacks, look, isPlace, index: null } as const;
    return offsets <= 0n ? [] : clipped(perhapsLess(hole, perhaps), source);
  };
  if (mayBeOfEarlier(mapping)) return { covered: [], holes: head(position, position) };
  if (!ledUp(mapping) || mapping.cause === 'first-known') {
    const holes = holeOfUnknownPlace(source, position, there);
    return { covered: [], holes: holes.map((hole) => perhapsLess(hole, perhaps)) };
  }
  return { covered: [{ from: lacks, until: position }], holes: head(lacks, lacks) };
}

/**
 * What the target lacks of the offsets before `until`, if nothing shows where it lies: a log that was cut lacks the last
 * ones, and a log on which MM2 began late lacks the first ones.
 * @param there records on the target: at most this many of the offsets are not missing
 */
export function holeOfUnknownPlace(source: LogOffsets, until: bigint, there: bigint): Hole[] {
  if (until <= there) return [];
  const look = { from: 0n, until };
  const isPlace = there === 0n;
  const kind = isPlace ? 'head' : 'anywhere';
  return clipped({ kind, ...look, offsets: until - there, look, isPlace, index: null }, source);
}

function headHole(mapping: PartitionMapping, index: number, source: LogOffsets, upstream: bigint, led: bigint): Hole[] {
  if (mapping.isAccounted(index)) return [];
  if (!ledUp(mapping) && !mayBeOfEarlier(mapping)) {
    return holeOfUnknownPlace(source, upstream, led).map((hole) => ({ ...hole, index }));
  }
  const from = source.start;
  const least = upstream - led > from ? upstream - led - from : 0n;
  const offsets = mayBeOfEarlier(mapping) ? upstream - from : least;
  if (offsets <= 0n) return [];
  const look = { from, until: from + offsets };
  return [{ kind: 'head', from, until: upstream, offsets, least, look, isPlace: led === 0n, index }];
}

/**
 * Whether the target records before the first sync may be copies from an earlier source log: MM2 mirrored them after the
 * last sync of that log, or they contradict the syncs.
 */
function mayBeOfEarlier({ cause, sourceFirst, onNewTarget }: PartitionMapping): boolean {
  const isOther = cause === 'source-recreated' || cause === 'source-shortened' || cause === 'records-refuted';
  return isOther || (sourceFirst > 0 && !onNewTarget);
}

/**
 * Whether the target records before the first sync led up to it, or without a sync to where MM2 continues. On a log that
 * was cut they are the oldest ones.
 */
function ledUp(mapping: PartitionMapping): boolean {
  return mapping.onNewTarget && !mayBeOfEarlier(mapping);
}

/** Offsets that MM2 has acknowledged and the target has no room for: its log was cut, or they held no records. */
function behindHole(source: LogOffsets, next: bigint, position: bigint, behind: bigint): Hole[] {
  const absent = position - next - (behind > 0n ? behind : 0n);
  if (absent <= 0n) return [];
  const look = { from: position - absent, until: position };
  const isPlace = behind <= 0n;
  return clipped({ kind: 'behind', from: next, until: position, offsets: absent, look, isPlace, index: null }, source);
}

/** What of the holes lies before an offset: from there on everything waits. */
export function holesBefore(holes: readonly Hole[], source: LogOffsets, end: bigint): Hole[] {
  return holes.flatMap((hole) => (hole.until <= end ? [hole] : clipped(hole, { ...source, highWatermark: end })));
}

/** Only what the source log still holds can be lost with it. */
function clipped(hole: Hole, { start, highWatermark }: LogOffsets): Hole[] {
  const inside = (offset: bigint): bigint => (offset < start ? start : offset > highWatermark ? highWatermark : offset);
  const [from, until] = [inside(hole.from), inside(hole.until)];
  const look = { from: inside(hole.look.from), until: inside(hole.look.until) };
  const room = hole.isPlace ? look.until - look.from : until - from;
  const offsets = hole.offsets < room ? hole.offsets : room;
  if (offsets <= 0n) return [];
  if (hole.isPlace && hole.least === undefined) return [{ ...hole, from, until, offsets, look }];
  // What lies outside the source log may be what is absent.
  const sure = (hole.least ?? hole.offsets) - (hole.until - hole.from) + (until - from);
  const least = sure > 0n ? sure : 0n;
  return [{ ...hole, from, until, offsets, least, look }];
}

/** Removes from a hole what another run of MM2 has mirrored. */
function withoutCovered(hole: Hole, covered: readonly Range[]): Hole[] {
  const { from, until } = hole.isPlace ? hole.look : hole;
  // The run's own covered offsets in the stretch are counted in the hole already.
  let there = hole.isPlace ? 0n : until - from - hole.offsets;
  const present = covered.reduce((sum, range) => sum + overlap(range, { from, until }), 0n);
  if (present > there) there = present;
  const offsets = until - from - there;
  if (offsets <= 0n) return [];
  if (offsets >= hole.offsets) return [hole];
  const found = hole.offsets - offsets;
  const { least } = hole;
  // Which of its offsets the other run has brought, no single look shows.
  const rest = { ...hole, offsets, isPlace: false };
  return [least === undefined ? rest : { ...rest, least: least > found ? least - found : 0n }];
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
  const from = a.from > b.from ? a.from : b.from;
  const until = a.until < b.until ? a.until : b.until;
  return until > from ? until - from : 0n;
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
