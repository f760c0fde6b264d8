import type { LogOffsets } from '../../model/cluster.ts';
import { greatest, least } from '../../model/offsets.ts';
import type { PartitionMapping } from '../mapping.ts';
import { type CutOff, cutsBefore, skippedHead, takenBy } from './cut-off.ts';
import { clipped, type Hole, holeOfUnknownPlace, perhapsLess } from './hole.ts';
import { lostCopiesBefore } from './lost-copies.ts';

export interface Range {
  readonly from: bigint;
  /** Exclusive. */
  readonly until: bigint;
}

/** Source offsets that MM2 wrote without going back, from its first sync to its last. */
export interface Run {
  readonly covered: Range[];
  /** Of the newest run: the last of `covered` without what lies behind its last sync, which only counting makes the next records. */
  bySyncs?: Range;
  /** Stretches of which it wrote some records, and no sync shows which. */
  readonly inPart: Range[];
  readonly holes: Hole[];
  /** What it wrote behind its last sync before MM2 began again: how many records, and from which offset on. */
  unplaced?: { readonly from: bigint; readonly records: bigint };
}

export function runsOf(
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOffs: readonly CutOff[],
): Run[] {
  const { first, length, began } = mapping;
  if (first >= length) return [withoutSyncs(mapping, source, position, cutOffs)];
  const cutsAt = cutsBefore(mapping, cutOffs);
  const lostBefore = lostCopiesBefore(mapping);
  const lastUpstream = mapping.upstream(length - 1);
  const lastDownstream = mapping.downstream(length - 1);
  // The log may have grown between the last audit and the cut: without a later sync, all that follows may be cut off.
  const behindLast = mapping.target.end - lastDownstream - 1n;
  const takenBefore = (index: number): bigint => {
    const cuts = cutsAt(index);
    const { records } = takenBy(cuts);
    return cuts.length > 0 && index === length ? greatest(records, behindLast) : records;
  };
  /** Of the records that arrived before a sync, how many may be copies of what a cut took and no audit had seen. */
  const takenUnseen = (index: number, left: bigint, arrived: bigint): bigint => {
    const cuts = cutsAt(index);
    if (cuts.length === 0) return 0n;
    const unseen = cuts.reduce((sum, { reached, mayReach = reached }) => sum + mayReach - reached, 0n);
    // Below a cut, MM2 skips nothing. The last one is the record of the sync.
    const below = cuts.reduce((lowest, { at }) => least(lowest, at), arrived + left) - left;
    return least(unseen, greatest(0n, arrived - greatest(1n, below)));
  };
  /**
   * If MM2 did not notice a cut, it continued behind what was cut off: it never wrote this many offsets before this one,
   * whatever else the target has there.
   */
  const skippedBefore = (index: number, until: bigint): bigint =>
    cutsAt(index).reduce(
      (sum, { at, reached }) => sum + greatest(0n, least(reached, until) - greatest(at, source.start)),
      0n,
    );
  /** Of what counts as cut off before a sync, this many records may be copies of present ones. */
  const perhapsBefore = (index: number): bigint => takenBefore(index) - takenBy(cutsAt(index)).atLeast;
  const runs: Run[] = [];
  let run: Run = { covered: [], inPart: [], holes: [] };
  let from = 0n;
  for (let i = first; i < length; i++) {
    const upstream = mapping.upstream(i);
    const downstream = mapping.downstream(i);
    if (i === first) {
      // The target records before the first sync led up to it.
      const there = greatest(0n, downstream - began);
      const markers = there < upstream ? markersAmong(mapping, there) : 0n;
      const others = takenBefore(i) + mapping.voidSurplus + markers;
      const room = greatest(0n, there - others);
      const led = least(room, greatest(0n, upstream - lostBefore(i)));
      // Nothing dates that hole: it may not be the one that the cut left.
      const perhaps = others + room - led;
      const holes = headHole(mapping, i, source, upstream, led).map((hole) => perhapsLess(hole, perhaps));
      const skipped = skippedBefore(i, upstream);
      const isSkipped = skipped > (holes[0]?.offsets ?? 0n) && !mapping.isAccounted(i);
      from = ledUp(mapping) && !isSkipped ? upstream - led : upstream;
      if (there > 0n && (from === upstream || perhaps > 0n)) run.inPart.push({ from: 0n, until: upstream });
      run.holes.push(...(isSkipped ? [skippedHead(i, source, upstream, skipped)] : holes));
      continue;
    }
    const leftUpstream = mapping.upstream(i - 1);
    const offsets = upstream - leftUpstream;
    if (offsets <= 0n) {
      // MM2 began again at a lower offset: another run, which may mirror what the one before lacks.
      run.covered.push({ from, until: leftUpstream + 1n });
      run.unplaced = { from: leftUpstream + 1n, records: downstream - mapping.downstream(i - 1) - 1n };
      runs.push(run);
      run = { covered: [], inPart: [], holes: [] };
      from = upstream;
      continue;
    }
    const written = downstream - mapping.downstream(i - 1);
    // The record of the sync itself has arrived.
    const room = greatest(1n, written - takenBefore(i));
    const unseen = takenUnseen(i, leftUpstream, room);
    const most = least(offsets, room - unseen);
    const arrived = least(most, greatest(1n, offsets - skippedBefore(i, upstream) - lostBefore(i)));
    // The last of what arrived is the record of the sync.
    const markers = markersAmong(mapping, arrived - 1n);
    // Where a cut made syncs void, a marker can be where a record is missing.
    const hidden = mapping.holeBefore(i) ? markers : 0n;
    if (arrived - hidden >= offsets || mapping.isAccounted(i)) continue;
    run.covered.push({ from, until: leftUpstream + 1n });
    from = upstream;
    const absent = offsets - arrived;
    const stretch = { from: leftUpstream + 1n, until: upstream };
    const hole = {
      kind: 'between',
      ...stretch,
      offsets: absent + markers,
      look: absent > 0n ? { from: upstream - absent, until: upstream } : stretch,
      isPlace: arrived === 1n,
      index: i,
    } as const;
    const perhaps = perhapsBefore(i) + unseen + most - arrived + markers;
    if (arrived > 1n || perhaps > 0n) run.inPart.push(stretch);
    run.holes.push(...clipped(perhapsLess(hole, perhaps), source));
  }
  const next = lastUpstream + 1n;
  const left = behindLast - takenBefore(length);
  // What MM2 has committed in a transaction ends with a marker.
  const ends = mapping.inTransactions ? 1n : 0n;
  const markers = position !== null && position > next + left - ends ? markersAmong(mapping, left) : 0n;
  const most = left - markers;
  const lost = lostBefore(length);
  const behind = lost === 0n || position === null ? most : least(most, greatest(0n, position - next - lost));
  const perhaps = perhapsBefore(length) + markers + most - behind;
  run.bySyncs = { from, until: next };
  // After a cut, what MM2 wrote since comes behind what the target lost.
  run.covered.push({ from, until: lost === 0n ? next + greatest(0n, behind) : next });
  if (perhaps > 0n || lost > 0n) run.inPart.push({ from: next, until: next + behindLast });
  runs.push(run);
  if (position !== null && position > next) {
    const holes = behindHole(source, next, position, behind);
    run.holes.push(...holes.map((hole) => perhapsLess(hole, perhaps)));
  }
  return runs;
}

/**
 * How many of these target offsets can be markers, if MM2 writes in transactions: each follows a record of its
 * transaction, which may lie before the first of them.
 */
function markersAmong({ inTransactions }: PartitionMapping, offsets: bigint): bigint {
  return inTransactions && offsets > 0n ? (offsets + 1n) / 2n : 0n;
}

/** No sync holds any longer: only the length of the target log bounds what it lacks of the offsets that MM2 is past. */
function withoutSyncs(
  mapping: PartitionMapping,
  source: LogOffsets,
  position: bigint | null,
  cutOffs: readonly CutOff[],
): Run {
  if (position === null) return { covered: [], inPart: [], holes: [] };
  const { began, target } = mapping;
  // Some may be copies of records that a cut has taken off the source.
  const { records: taken, atLeast } = takenBy(cutOffs);
  const room = greatest(0n, target.end - began - taken);
  const twice = least(room, mapping.voidSurplus);
  const there = room - twice;
  const lacks = greatest(0n, position - there);
  const isPlace = there === 0n;
  const perhaps = taken - atLeast + twice;
  const head = (until: bigint, offsets: bigint): Hole[] => {
    const look = { from: 0n, until };
    const hole = { kind: 'head', ...look, offsets, least: lacks, look, isPlace, index: null } as const;
    return clipped(perhapsLess(hole, perhaps), source);
  };
  if (mayBeOfEarlier(mapping)) return { covered: [], inPart: [], holes: head(position, position) };
  if (!ledUp(mapping) || mapping.cause === 'first-known') {
    const holes = holeOfUnknownPlace(source, position, there);
    return { covered: [], inPart: [], holes: holes.map((hole) => perhapsLess(hole, perhaps)) };
  }
  return { covered: [{ from: lacks, until: position }], inPart: [], holes: head(lacks, lacks) };
}

function headHole(mapping: PartitionMapping, index: number, source: LogOffsets, upstream: bigint, led: bigint): Hole[] {
  // If the topic is the same after all, an audit has explained only what lies behind the sync before.
  if (mapping.isAccounted(index) && !(mapping.sourceInDoubt && index > 0)) return [];
  if (!ledUp(mapping) && !mayBeOfEarlier(mapping)) {
    return holeOfUnknownPlace(source, upstream, led).map((hole) => ({ ...hole, index }));
  }
  const from = source.start;
  const least = greatest(0n, upstream - led - from);
  const offsets = mayBeOfEarlier(mapping) ? upstream - from : least;
  if (offsets <= 0n) return [];
  const look = { from, until: from + offsets };
  return [{ kind: 'head', from, until: upstream, offsets, least, look, isPlace: led === 0n, index }];
}

/**
 * Whether the target records before the first sync may be copies from an earlier source log: MM2 mirrored them after the
 * last sync of that log, or they contradict the syncs.
 */
function mayBeOfEarlier({ cause, hadEarlierSource, onNewTarget }: PartitionMapping): boolean {
  return cause === 'records-refuted' || (hadEarlierSource && !onNewTarget);
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
  const absent = position - next - greatest(0n, behind);
  const look = { from: position - absent, until: position };
  const isPlace = behind <= 0n;
  return clipped({ kind: 'behind', from: next, until: position, offsets: absent, look, isPlace, index: null }, source);
}
