import type { LogOffsets } from '../../model/cluster.ts';
import { greatest, least } from '../../model/offsets.ts';

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
  /** Parts of [from, until) that another run of MM2 has brought, in order; none if absent. */
  readonly brought?: readonly { readonly from: bigint; readonly until: bigint }[];
  /**
   * Where to look first. MM2 writes a sync at the first record after a gap, so the missing offsets are directly before
   * that sync. If `isPlace`, all of them are there for certain.
   */
  readonly look: { readonly from: bigint; readonly until: bigint };
  readonly isPlace: boolean;
  /**
   * Index of the sync after it, which remembers that an audit explained the hole; null for a hole after the last sync, and
   * for a part of a hole.
   */
  readonly index: number | null;
}

/** How many offsets lie in ranges that do not overlap. */
export function lengthOf(ranges: readonly { readonly from: bigint; readonly until: bigint }[]): bigint {
  return ranges.reduce((total, { from, until }) => total + until - from, 0n);
}

/** Whether another run of MM2 has brought an offset. */
export function isBrought({ brought = [] }: Pick<Hole, 'brought'>, offset: bigint): boolean {
  return brought.some(({ from, until }) => offset >= from && offset < until);
}

/** @param records this many of the absent offsets may have a copy after all */
export function perhapsLess(hole: Hole, records: bigint): Hole {
  if (records === 0n) return hole;
  return { ...hole, isPlace: false, least: greatest(0n, (hole.least ?? hole.offsets) - records) };
}

/**
 * What the target lacks of the offsets before `until`, if nothing shows where it lies: a log that was cut lacks the last
 * ones, and a log on which MM2 began late lacks the first ones.
 * @param there records on the target: at most this many of the offsets are not missing
 */
export function holeOfUnknownPlace(source: LogOffsets, until: bigint, there: bigint): Hole[] {
  const look = { from: 0n, until };
  const isPlace = there === 0n;
  const kind = isPlace ? 'head' : 'anywhere';
  return clipped({ kind, ...look, offsets: until - there, look, isPlace, index: null }, source);
}

/**
 * What of the holes lies before an offset: from there on everything waits. To explain a part of a hole does not explain
 * the whole.
 */
export function holesBefore(holes: readonly Hole[], source: LogOffsets, end: bigint): Hole[] {
  return holes.flatMap((hole) => {
    if (hole.until <= end) return [hole];
    return clipped(hole, { ...source, highWatermark: end }).map((part) => ({ ...part, index: null }));
  });
}

/** Only what the source log still holds can be lost with it: nothing where no offsets are left. */
export function clipped(hole: Hole, { start, highWatermark }: Pick<LogOffsets, 'start' | 'highWatermark'>): Hole[] {
  const inside = (offset: bigint): bigint => greatest(start, least(highWatermark, offset));
  const [from, until] = [inside(hole.from), inside(hole.until)];
  const look = { from: inside(hole.look.from), until: inside(hole.look.until) };
  const room = hole.isPlace ? look.until - look.from : until - from;
  const offsets = least(hole.offsets, room);
  if (offsets <= 0n) return [];
  if (hole.isPlace && hole.least === undefined) return [{ ...hole, from, until, offsets, look }];
  // What lies outside the source log may be what is absent.
  const sure = (hole.least ?? hole.offsets) - (hole.until - hole.from) + (until - from);
  return [{ ...hole, from, until, offsets, least: greatest(0n, sure), look }];
}
