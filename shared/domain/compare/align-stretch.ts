import { compareOffsets, greatest, least } from '../model/offsets.ts';
import { isTime } from '../model/record-time.ts';
import type { DigestedRecord, DigestedStretch } from './digested-record.ts';
import type { OffsetRange, SourceRecords } from './source-records.ts';

/** A data record of the target, and the source record that it is a copy of, as far as the comparison shows. */
export interface AlignedRecord {
  readonly position: bigint;
  /** Source offset of its original; null if the comparison did not find it. */
  readonly upstream: bigint | null;
  /**
   * Whether the comparison found `upstream`. If not, an offset sync names it, and the source no longer has the record.
   */
  readonly compared: boolean;
  /** If `upstream` is null: the source offsets that it can be a copy of, or null if MM2 did not write it. */
  readonly possible: OffsetRange | null;
  /** If `upstream` is null: the source records that it equals. */
  readonly equal: readonly bigint[];
}

/** A stretch of the target log, aligned with the source. */
export interface AlignedStretch {
  /** Every data record of [from, until) is in `records`, in order. */
  readonly from: bigint;
  readonly until: bigint;
  readonly records: readonly AlignedRecord[];
  /** Records whose original was found. */
  readonly compared: number;
  /** Target offsets at which a sync names a source record, but the record there is another one, or is elsewhere. */
  readonly contradicted: readonly bigint[];
  /** Target offsets at which the record equals no source record that was read: another one, or changed on the way. */
  readonly changed: readonly bigint[];
  /** Those of both at which the time differs as well: if the target keeps the records' times, another record is there. */
  readonly replaced: readonly bigint[];
  /** Records have the content of source records, but never the timestamp: the target sets its own. */
  readonly timeDiffers: boolean;
}

/** What an offset sync claims: the source record at `upstream` became the target record at `downstream`. */
export interface ClaimedPair {
  readonly upstream: bigint;
  readonly downstream: bigint;
  /** An earlier audit found the two equal: if they differ now, nothing has changed one on the way. */
  readonly compared?: boolean;
}

/** This many consecutive source records must be consecutive on the target, before equality counts as identity. */
const CHAIN = 2;

/**
 * Aligns target records with source records. Equality of one record is not identity: a producer can send the same
 * record twice, and MM2 can write it again. A target record counts as recognised in three cases:
 * - It equals only one source record, and its neighbour on the target is the copy of that record's neighbour.
 * - It equals the source record that an offset sync names for it.
 * - It lies between two recognised records. The source has as many records between their originals, equal pair by pair.
 *
 * For every other record it finds out what the record can be. MM2 writes in rising order. It goes back only to begin
 * again at a lower offset, and then it repeats every source record from there on. So records between two recognised
 * neighbours in rising order are copies of source offsets between theirs. Any other record may be a copy of anything
 * that the source no longer shows.
 */
export function alignStretch(
  target: DigestedStretch,
  source: SourceRecords,
  claims: readonly ClaimedPair[],
): AlignedStretch {
  const { records } = target;
  const originals = records.map((record) => source.originals(record));
  const known = new Array<number | null>(records.length).fill(null);
  const claimed = new Map<number, bigint>();
  const differing: { readonly at: number; readonly original: number; readonly wereEqual: boolean }[] = [];

  for (const claim of claims) {
    const at = indexOf(records, claim.downstream);
    if (at === null) continue;
    const original = source.indexAt(claim.upstream);
    const own = originals[at] ?? [];
    if (original != null) {
      if (own.includes(original)) known[at] = original;
      else if (source.at(original).content !== records[at]?.content) {
        differing.push({ at, original, wereEqual: claim.compared === true });
      }
    } else if (own.length === 0) claimed.set(at, claim.upstream);
  }
  recogniseChains(originals, known, source);
  forgetMistaken(records, originals, known, source, claims);
  recogniseBetween(originals, known, source);
  // A transform on the way can change some records and leave others: a difference alone contradicts nothing. But it
  // leaves the time, and so does a target that holds an equal record.
  const found = new Set(known);
  const keepsTimes = known.some((original) => original !== null);
  const isReplaced = ({ at, original }: (typeof differing)[number]) =>
    areOfTwoTimes(source.at(original).timestamp, records[at]?.timestamp);
  const isAnother = (one: (typeof differing)[number]) =>
    one.wereEqual || known[one.at] !== null || found.has(one.original) || (keepsTimes && isReplaced(one));
  const positions = (some: typeof differing) => some.map(({ at }) => records[at]?.offset ?? 0n);

  const aligned = describe(records, originals, known, claimed, source);
  const compared = known.filter((index) => index !== null).length;
  return {
    from: target.from,
    until: target.until,
    records: aligned,
    compared,
    contradicted: positions(differing.filter((one) => isAnother(one))),
    changed: positions(differing.filter((one) => !isAnother(one))),
    replaced: positions(differing.filter(isReplaced)),
    timeDiffers: compared === 0 && records.some((record, i) => originals[i]?.length === 0 && source.hasContent(record)),
  };
}

function areOfTwoTimes(one: bigint, other: bigint | undefined): boolean {
  return other !== undefined && isTime(one) && isTime(other) && one !== other;
}

/**
 * Recognises neighbours on the source that are neighbours on the target. It skips records that equal no source record.
 */
function recogniseChains(originals: readonly (readonly number[])[], known: (number | null)[], source: SourceRecords) {
  let chain: { at: number; original: number }[] = [];
  const close = () => {
    if (chain.length >= CHAIN) for (const { at, original } of chain) known[at] = original;
    chain = [];
  };
  for (const [at, candidates] of originals.entries()) {
    if (candidates.length === 0) continue;
    const original = known[at] ?? (candidates.length === 1 ? candidates[0] : undefined);
    const last = chain.at(-1);
    if (original === undefined || (last !== undefined && !source.areNeighbours(last.original, original))) close();
    if (original === undefined) continue;
    chain.push({ at, original });
  }
  close();
}

/**
 * Forgets what may have been recognised by mistake. Compaction and retention remove the older one of two equal records.
 * The copy of the older one then equals only the newer one. So between two syncs a record is not a copy from after them,
 * and not an earlier copy of one that comes again, recognised or not, as long as enough originals are gone to explain it. The same holds
 * where the source between the two syncs was not read as a whole.
 */
function forgetMistaken(
  records: readonly DigestedRecord[],
  originals: readonly (readonly number[])[],
  known: (number | null)[],
  source: SourceRecords,
  claims: readonly ClaimedPair[],
): void {
  const bounds = claims.toSorted((a, b) => compareOffsets(a.downstream, b.downstream));
  let at = 0;
  for (let i = 0; i <= bounds.length; i++) {
    const [left, right] = [bounds[i - 1], bounds[i]];
    const begin = at;
    while (at < records.length && (right === undefined || (records[at]?.offset ?? 0n) < right.downstream)) at++;
    const end = at;
    if (right !== undefined && records[at]?.offset === right.downstream) {
      const original = known[at];
      // The original that the sync names is gone, or was not read.
      if (original != null && source.indexAt(right.upstream) == null && source.at(original).offset > right.upstream) {
        known[at] = null;
      }
      at++;
    }
    // If MM2 began again at a lower offset, the count is of nothing: what lies in between has no order.
    const { present, absent, wholly } = source.countIn((left?.upstream ?? -1n) + 1n, right?.upstream ?? null);
    const isWhole = absent === 0n || (right !== undefined && BigInt(end - begin) <= present);
    if (wholly && isWhole) continue;
    const reach = right === undefined ? 0n : right.downstream - (left?.downstream ?? right.downstream);
    const least = left === undefined ? 0n : right === undefined ? left.upstream : right.upstream - reach;
    const lastCopies = new Map<number, number>();
    for (let one = begin; one < end; one++) for (const original of originals[one] ?? []) lastCopies.set(original, one);
    const mistaken: number[] = [];
    for (let one = begin; one < end; one++) {
      const original = known[one];
      if (original == null) continue;
      const { offset } = source.at(original);
      const isAfter = right !== undefined && offset >= right.upstream;
      const isUnread = !wholly && left !== undefined && offset < left.upstream && offset < least;
      if (isAfter || isUnread || lastCopies.get(original) !== one) mistaken.push(one);
    }
    if (wholly && BigInt(mistaken.length) > absent) continue;
    for (const one of mistaken) known[one] = null;
  }
}

/**
 * Recognises the records between two recognised ones if the source has as many there, equal pair by pair: no other
 * order fits.
 */
function recogniseBetween(originals: readonly (readonly number[])[], known: (number | null)[], source: SourceRecords) {
  let left: { at: number; original: number } | null = null;
  for (let at = 0; at < known.length; at++) {
    const original = known[at];
    if (original == null) continue;
    if (left !== null && original - left.original === at - left.at) {
      const { at: from, original: first } = left;
      let fits = true;
      for (let i = 1; i < at - from && fits; i++) {
        fits = source.areNeighbours(first + i - 1, first + i) && (originals[from + i]?.includes(first + i) ?? false);
      }
      if (fits && source.areNeighbours(original - 1, original)) {
        for (let i = 1; i < at - from; i++) known[from + i] = first + i;
      }
    }
    left = { at, original };
  }
}

/** A recognised neighbour of a record that was not recognised. */
interface Neighbour {
  readonly upstream: bigint;
  /** The source has it, and only once, so another copy of it would be recognised as well. */
  readonly unmistakable: boolean;
}

function describe(
  records: readonly DigestedRecord[],
  originals: readonly (readonly number[])[],
  known: readonly (number | null)[],
  claimed: ReadonlyMap<number, bigint>,
  source: SourceRecords,
): AlignedRecord[] {
  const neighbourAt = (at: number): Neighbour | null => {
    const original = known[at];
    if (original != null) {
      return { upstream: source.at(original).offset, unmistakable: originals[at]?.length === 1 };
    }
    const upstream = claimed.get(at);
    return upstream === undefined ? null : { upstream, unmistakable: false };
  };
  const aligned: AlignedRecord[] = [];
  for (let at = 0; at < records.length; ) {
    const here = neighbourAt(at);
    if (here !== null) {
      const position = records[at]?.offset ?? 0n;
      aligned.push({ position, upstream: here.upstream, compared: known[at] !== null, possible: null, equal: [] });
      at++;
      continue;
    }
    let behind = at;
    while (behind < records.length && neighbourAt(behind) === null) behind++;
    const left = neighbourAt(at - 1);
    const right = neighbourAt(behind);
    // A record that may be a copy of a source record here can be the sign of a restart in between.
    const stretchIsClear = originals.slice(at, behind).every((candidates) => candidates.length === 0);
    for (; at < behind; at++) {
      const position = records[at]?.offset ?? 0n;
      const equal = (originals[at] ?? []).map((index) => source.at(index).offset);
      const present = possibleOffsets(left, right, stretchIsClear, equal, source.hidden);
      const possible = hullOf(present, source.cutOff);
      aligned.push({ position, upstream: null, compared: false, possible, equal });
    }
  }
  return aligned;
}

function possibleOffsets(
  left: Neighbour | null,
  right: Neighbour | null,
  clear: boolean,
  candidates: readonly bigint[],
  hidden: OffsetRange | null,
): OffsetRange | null {
  if (clear && left !== null && right !== null && left.upstream < right.upstream) {
    // A restart that went back past the left record would repeat it, and we would notice. The same is true if MM2 had
    // passed the right one.
    const least = left.unmistakable ? left.upstream + 1n : hidden?.least;
    const most = right.unmistakable ? right.upstream - 1n : hidden?.most;
    return least === undefined || most === undefined || least > most ? null : { least, most };
  }
  const bounds = [...candidates, ...(hidden === null ? [] : [hidden.least, hidden.most])];
  const [first, ...rest] = bounds;
  if (first === undefined) return null;
  return {
    least: rest.reduce(least, first),
    most: rest.reduce(greatest, first),
  };
}

function hullOf(one: OffsetRange | null, other: OffsetRange | null): OffsetRange | null {
  if (one === null || other === null) return one ?? other;
  return { least: least(one.least, other.least), most: greatest(one.most, other.most) };
}

function indexOf(records: readonly DigestedRecord[], offset: bigint): number | null {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.offset ?? offset) < offset) low = middle + 1;
    else high = middle;
  }
  return records[low]?.offset === offset ? low : null;
}
