import { greatest, least } from '../model/offsets.ts';
import type { DigestedRecord, DigestedStretch } from './digested-record.ts';
import type { OffsetRange, SourceRecords } from './source-records.ts';

/** A data record of the target, and what the comparison says of which source record it is the copy of. */
export interface AlignedRecord {
  readonly position: bigint;
  /** Source offset of its original; null where the comparison does not tell. */
  readonly upstream: bigint | null;
  /** Whether that was found by comparing; else it is what an offset sync says of a record that the source has no more. */
  readonly compared: boolean;
  /** Where `upstream` is null: the source offsets that it can be a copy of, or null where it is none of MM2's. */
  readonly possible: OffsetRange | null;
}

/** A stretch of the target log laid beside the source. */
export interface AlignedStretch {
  /** Every data record of [from, until) is in `records`, in order. */
  readonly from: bigint;
  readonly until: bigint;
  readonly records: readonly AlignedRecord[];
  /** Records whose original was found. */
  readonly compared: number;
  /** Target offsets at which a sync says one thing and the records another. */
  readonly contradicted: readonly bigint[];
  /** Records with the content of a source record, but never its time: the target stamps them itself. */
  readonly timeDiffers: boolean;
}

/** An offset sync as a claim: this source record was written there. */
export interface ClaimedPair {
  readonly upstream: bigint;
  readonly downstream: bigint;
}

/** Source records in a row that have to stand in a row on the target before equality counts as identity. */
const CHAIN = 2;

/**
 * Lays target records beside source records. Equality of one record is no identity: the same record can have been sent
 * twice, and be written again by MM2. A record counts as recognised where it equals one source record only and its
 * neighbour on the target is the copy of its neighbour on the source, where a sync says the same of it, or where as many
 * records as the source has stand between two recognised ones, equal pair by pair.
 *
 * Of the others it says what they can be. MM2 writes in rising order and goes back only to begin again below: it then
 * passes every source record behind once more. So what stands between two recognised neighbours in rising order is of
 * the source offsets between them, and anything else may be whatever the source no longer shows.
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
  const contradicted: bigint[] = [];

  for (const claim of claims) {
    const at = indexOf(records, claim.downstream);
    if (at === null) continue;
    const original = source.indexAt(claim.upstream);
    const own = originals[at] ?? [];
    if (original != null) {
      if (own.includes(original)) known[at] = original;
      else contradicted.push(claim.downstream);
    } else if (own.length === 0) claimed.set(at, claim.upstream);
  }
  recogniseChains(originals, known, source);
  recogniseBetween(originals, known, source);

  const aligned = describe(records, originals, known, claimed, source);
  const compared = known.filter((index) => index !== null).length;
  return {
    from: target.from,
    until: target.until,
    records: aligned,
    compared,
    contradicted,
    timeDiffers: compared === 0 && records.some((record, i) => originals[i]?.length === 0 && source.hasContent(record)),
  };
}

/** Neighbours on the source that are neighbours on the target, records of others left aside. */
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

/** As many records between two recognised ones as on the source, equal pair by pair: no other order fits. */
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

/** A recognised neighbour of a record that was not. */
interface Neighbour {
  readonly upstream: bigint;
  /** Another copy of it would be recognised as well: the source has it, and only once. */
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
      aligned.push({ position, upstream: here.upstream, compared: known[at] !== null, possible: null });
      at++;
      continue;
    }
    let behind = at;
    while (behind < records.length && neighbourAt(behind) === null) behind++;
    const left = neighbourAt(at - 1);
    const right = neighbourAt(behind);
    // One that may be a copy of something here could be the sign of a restart in between.
    const stretchIsClear = originals.slice(at, behind).every((candidates) => candidates.length === 0);
    for (; at < behind; at++) {
      const position = records[at]?.offset ?? 0n;
      const offsets = (originals[at] ?? []).map((index) => source.at(index).offset);
      const possible = possibleOffsets(left, right, stretchIsClear, offsets, source.hidden);
      aligned.push({ position, upstream: null, compared: false, possible });
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
    // A restart to before the left one would bring that once more, and be noticed; so would passing the right one.
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
