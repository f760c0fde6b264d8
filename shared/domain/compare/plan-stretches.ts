import type { PartitionMapping } from '../mirror/mapping.ts';
import { compareOffsets, greatest, least } from '../model/offsets.ts';
import type { ClaimedPair } from './align-stretch.ts';
import { bracketOf, surplusesBehind } from './bracket.ts';

/** Offsets [from, until) of one log. */
export interface Stretch {
  readonly from: bigint;
  readonly until: bigint;
}

/** What to read from one partition to settle some source offsets. */
export interface StretchPlan {
  /** Stretches of the target log, in order and without overlap. */
  readonly target: readonly Stretch[];
  /** Stretch of the source log, as far as the syncs show. Reading more of it can settle more offsets. */
  readonly source: Stretch;
}

/** Stretches closer than this are read as one: a request costs more than a few records. */
const MERGE_WITHIN = 256n;
/**
 * If MM2 wrote records again, and the log's end is at most this many target offsets away, the log is read to its end.
 * Otherwise only the places are read where the syncs show copies.
 */
const TO_END_AT_MOST = 10_000n;
/** Records read on both sides of what the syncs name, so that the first and last ones have neighbours. */
const BESIDE = 16n;

/**
 * @param log start of the source log, and the end of what MM2 can have read from it, observed after the target's end
 */
export function planStretches(mapping: PartitionMapping, upstreams: readonly bigint[], log: Stretch): StretchPlan {
  const target: Stretch[] = [];
  let [from, until] = [log.until, log.from];
  for (const upstream of upstreams) {
    const bracket = bracketOf(mapping, upstream);
    const surpluses = surplusesBehind(mapping, upstream, bracket);
    const toEnd = { from: bracket.from, until: mapping.target.end };
    // If MM2 wrote records again, the best position can be in a later copy.
    const stretches =
      surpluses.length > 0 && toEnd.until - toEnd.from <= TO_END_AT_MOST ? [toEnd] : [bracket, ...surpluses];
    target.push(...stretches.filter((one) => one.from < one.until));
    from = least(from, bracket.sourceFrom - BESIDE);
    until = greatest(until, bracket.sourceUntil === null ? log.until : bracket.sourceUntil + BESIDE);
  }
  return { target: merged(target), source: clamped({ from, until }, log) };
}

/** A wider stretch of the source, extended on both sides; the same stretch if the log has no more. */
export function widened({ from, until }: Stretch, log: Stretch): Stretch {
  const more = greatest(until - from, 4n * BESIDE);
  return clamped({ from: from - more, until: until + more }, log);
}

/** The offset syncs whose target record is in a stretch. */
export function claimsWithin(mapping: PartitionMapping, { from, until }: Stretch): ClaimedPair[] {
  let low = mapping.first;
  let high = mapping.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (mapping.at(middle).downstream < from) low = middle + 1;
    else high = middle;
  }
  const claims: ClaimedPair[] = [];
  for (; low < mapping.length; low++) {
    const { upstream, downstream, compared } = mapping.at(low);
    if (downstream >= until) break;
    claims.push({ upstream, downstream, compared });
  }
  return claims;
}

function merged(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const one of stretches.toSorted((a, b) => compareOffsets(a.from, b.from))) {
    const last = result.at(-1);
    if (last !== undefined && one.from <= last.until + MERGE_WITHIN) {
      result[result.length - 1] = { from: last.from, until: greatest(last.until, one.until) };
    } else result.push({ from: one.from, until: one.until });
  }
  return result;
}

function clamped({ from, until }: Stretch, log: Stretch): Stretch {
  const begin = least(greatest(from, log.from), log.until);
  return { from: begin, until: greatest(begin, least(until, log.until)) };
}
