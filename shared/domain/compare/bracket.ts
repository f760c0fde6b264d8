import { firstBeforeJump } from '../mirror/jumped-over.ts';
import type { PartitionMapping } from '../mirror/mapping.ts';
import { least } from '../model/offsets.ts';

/** The stretch of the target log that has to be compared to settle one source offset. */
export interface Bracket {
  /** A group that continues here skips nothing, by the syncs alone. */
  readonly base: bigint;
  /** Target offsets of the stretch; `until` is exclusive. */
  readonly from: bigint;
  readonly until: bigint;
  /**
   * Source offsets whose copies are there, as far as the syncs show; `sourceUntil` is exclusive, null for the log's
   * end.
   */
  readonly sourceFrom: bigint;
  readonly sourceUntil: bigint | null;
  /** Whether the right end is a sync: the record there is at or after the offset. */
  readonly closed: boolean;
  /** From this index on, the syncs show what MM2 wrote again after the stretch. */
  readonly surplusFrom: number;
}

/** At most this many target offsets are compared before a position that no sync confirms. */
const FRONT_AT_MOST = 10_000n;

/**
 * Whether the target has records before the oldest sync that MM2 may not have written again yet. It has more records
 * there than led up to that sync, and MM2 has not yet reached as far as they can go. The cause is a restart before the
 * first known sync, from which MM2 has not yet caught up. Some records may then be only there, so no sync is a safe
 * position to continue from.
 */
export function mayHoldMoreInFront(mapping: PartitionMapping): boolean {
  if (mapping.empty || mapping.cause !== 'first-known') return false;
  const first = mapping.at(mapping.first);
  const inFront = first.downstream - mapping.floor;
  return inFront > first.upstream && (mapping.furthestUpstream() ?? 0n) < inFront;
}

/** The stretch between the two syncs around a source offset, or between the outermost one and the end of the log. */
export function bracketOf(mapping: PartitionMapping, upstream: bigint): Bracket {
  const { target, settled, length } = mapping;
  const inside = (offset: bigint): bigint => (offset < target.start ? target.start : offset);
  if (mapping.empty) {
    const base = inside(mapping.floor);
    const sourceFrom = least(upstream, mapping.lastVoid()?.upstream ?? upstream);
    // The records before it show whether this is still the log that the floor was taken from.
    const from = target.end - target.start <= FRONT_AT_MOST ? target.start : base;
    return { base, from, until: target.end, sourceFrom, sourceUntil: null, closed: false, surplusFrom: length };
  }
  const index = mapping.lookup(upstream);
  if (mayHoldMoreInFront(mapping)) {
    const base = inside(mapping.floor);
    return {
      base,
      from: base,
      until: target.end,
      sourceFrom: 0n,
      sourceUntil: null,
      closed: false,
      surplusFrom: length,
    };
  }
  if (index < 0) {
    const first = mapping.at(mapping.first);
    const base = inside(mapping.floor);
    return {
      base,
      from: base,
      until: first.downstream + 1n,
      sourceFrom: upstream,
      sourceUntil: first.upstream + 1n,
      closed: true,
      surplusFrom: mapping.first,
    };
  }
  const left = mapping.at(index);
  const from = inside(left.downstream);
  const base = inside(upstream === left.upstream ? left.downstream : left.downstream + 1n);
  const open = index === settled - 1;
  const right = open ? null : mapping.at(index + 1);
  const until = right === null ? target.end : right.downstream + 1n;
  // The furthest back that a restart in between can have gone, if all that arrived led up to the right sync.
  const reach = right === null ? left.upstream : right.upstream - (right.downstream - left.downstream);
  const bracket = {
    base,
    from,
    until,
    sourceFrom: least(left.upstream, reach),
    sourceUntil: right === null ? null : right.upstream + 1n,
    closed: right !== null,
    surplusFrom: open ? length : index + 1,
  };
  const jump = mapping.hasBegunAgain ? firstBeforeJump(mapping, index, upstream) : null;
  if (jump === null || jump >= base) return bracket;
  let { sourceFrom } = bracket;
  for (let i = index; i >= mapping.first; i--) {
    sourceFrom = least(sourceFrom, mapping.upstream(i));
    if (mapping.downstream(i) <= jump) break;
  }
  return { ...bracket, base: inside(jump), from: inside(jump), sourceFrom };
}

/** A stretch after a bracket that can hold copies of records before an offset, and at most how many. */
export interface Surplus {
  readonly from: bigint;
  /** Exclusive. */
  readonly until: bigint;
  readonly records: bigint;
}

/** Where the target may hold records before `upstream` again after the bracket, as far as the syncs show. */
export function surplusesBehind(mapping: PartitionMapping, upstream: bigint, { surplusFrom }: Bracket): Surplus[] {
  const found: Surplus[] = [];
  const behind = (index: number): bigint => mapping.surplusBehind(index, upstream);
  const atEnd = behind(mapping.length);
  for (let index = surplusFrom; index < mapping.length && behind(index) > atEnd; ) {
    // After each pair that has a share, the sum falls by that share: a binary search finds the next one.
    const sum = behind(index);
    let low = index;
    let high = mapping.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (behind(middle + 1) < sum) high = middle;
      else low = middle + 1;
    }
    if (low + 1 < mapping.length) {
      const [left, right] = [mapping.at(low), mapping.at(low + 1)];
      if (right.upstream < upstream) {
        // MM2 restarted and has not reached the offset again yet: all that it wrote since are copies.
        found.push({ from: left.downstream + 1n, until: mapping.target.end, records: sum });
        return found;
      }
      found.push({ from: left.downstream + 1n, until: right.downstream, records: sum - behind(low + 1) });
    }
    index = low + 1;
  }
  if (surplusFrom < mapping.length && atEnd > 0n) {
    found.push({ from: mapping.newest().downstream + 1n, until: mapping.target.end, records: atEnd });
  }
  return found;
}
