import type { PartitionMapping } from '../mirror/mapping.ts';
import { least } from '../model/offsets.ts';

/** The stretch of the target log that has to be compared to settle one source offset. */
export interface Bracket {
  /** Standing here skips nothing, by the syncs alone. */
  readonly base: bigint;
  /** Target offsets of the stretch; `until` is exclusive. */
  readonly from: bigint;
  readonly until: bigint;
  /** Source offsets that stand there as far as the syncs tell; `sourceUntil` is exclusive, null for the log's end. */
  readonly sourceFrom: bigint;
  readonly sourceUntil: bigint | null;
  /** Whether the right end is a sync: the record there is at or after the offset. */
  readonly closed: boolean;
  /** What is written again behind the stretch shows in the syncs from this index on. */
  readonly surplusFrom: number;
}

/** Target offsets that are compared in front of a position that no sync vouches for. */
const FRONT_AT_MOST = 10_000n;

/**
 * Whether more records stand in front of the oldest sync than led up to it, and MM2 has not yet come as far as they can
 * have reached: a restart before the first sync that anybody knows of, not made good yet. Some records may then stand
 * only there, and no sync is a place to begin from.
 */
export function mayHoldMoreInFront(mapping: PartitionMapping): boolean {
  if (mapping.empty || mapping.cause !== 'first-known') return false;
  const first = mapping.at(mapping.first);
  const inFront = first.downstream - mapping.floor;
  return inFront > first.upstream && (mapping.furthestUpstream() ?? 0n) < inFront;
}

/** What lies between the two syncs around a source offset, or between the outermost one and the end of the log. */
export function bracketOf(mapping: PartitionMapping, upstream: bigint): Bracket {
  const { target, settled, length } = mapping;
  const inside = (offset: bigint): bigint => (offset < target.start ? target.start : offset);
  if (mapping.empty) {
    const base = inside(mapping.floor);
    const sourceFrom = least(upstream, mapping.lastVoid()?.upstream ?? upstream);
    // What stands in front of it shows whether the log is still the one that the floor was taken from.
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
  // As far back as a restart in between can have gone, if all that arrived led up to the right one.
  const reach = right === null ? left.upstream : right.upstream - (right.downstream - left.downstream);
  return {
    base,
    from,
    until,
    sourceFrom: least(left.upstream, reach),
    sourceUntil: right === null ? null : right.upstream + 1n,
    closed: right !== null,
    surplusFrom: open ? length : index + 1,
  };
}

/** A stretch behind a bracket in which records before an offset can stand once more, and how many at most. */
export interface Surplus {
  readonly from: bigint;
  /** Exclusive. */
  readonly until: bigint;
  readonly records: bigint;
}

/** Where records before `upstream` may stand again behind the bracket, as far as the syncs tell. */
export function surplusesBehind(mapping: PartitionMapping, upstream: bigint, { surplusFrom }: Bracket): Surplus[] {
  const found: Surplus[] = [];
  const behind = (index: number): bigint => mapping.surplusBehind(index, upstream);
  const atEnd = behind(mapping.length);
  for (let index = surplusFrom; index < mapping.length && behind(index) > atEnd; ) {
    // The sum falls by one pair's share behind each pair that has one: halving finds the next.
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
        // A restart that has not come back to the offset yet: all that it wrote since are copies.
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
