import { greatest, least } from '../model/offsets.ts';
import type { KnownProof } from '../model/report.ts';
import type { PartitionMapping } from './mapping.ts';

/** Where both logs ended when MirrorMaker had stopped: what the target has from there on is not from the source. */
export interface MappingEnd {
  /** Offset after the last source record that was mirrored; null if it is not known. */
  readonly upstream: bigint | null;
  readonly downstream: bigint;
}

/** A source position for a target position. Continuing at `low` skips nothing; it reads at most `high − low` records again. */
export interface SourceInterval {
  readonly low: bigint;
  readonly high: bigint;
  readonly proof: Exclude<KnownProof, 'verified'>;
  /** Why the proof is no better; null if it is exact. */
  readonly reason: string | null;
}

interface Pair {
  readonly upstream: bigint;
  readonly downstream: bigint;
}

/**
 * Translates a target position back: the first source record whose copy lies at or after it. The same arithmetic as of a
 * translation, read from the other side: from one target record to the next the source advances by one offset at least, or
 * it goes back, which a sync shows.
 *
 * @param most the end of the source log: no position is beyond it
 */
export function sourceOf(
  mapping: PartitionMapping | null,
  downstream: bigint,
  end: MappingEnd,
  most: bigint,
): SourceInterval {
  const last = end.upstream ?? most;
  if (downstream >= end.downstream && end.upstream !== null) return exactly(last);
  const pairs = mapping === null ? [] : pairsOf(mapping).filter((pair) => pair.downstream < end.downstream);
  const index = pairs.findLastIndex((pair) => pair.downstream <= downstream);
  const left = pairs[index];
  // MirrorMaker may have written records again behind here: continue before the first of them.
  const back = pairs.slice(index + 1).reduce((low, pair) => least(low, pair.upstream), last);
  if (left === undefined) {
    const low = least(mapping?.sourceStart ?? 0n, back);
    const high = pairs[0] === undefined ? last : greatest(low, pairs[0].upstream);
    return interval(low, high, 'conservative', 'it is older than the oldest offset sync');
  }
  const read = furthest(pairs, index);
  const next = pairs[index + 1];
  const right = next ?? (end.upstream === null ? null : { upstream: end.upstream, downstream: end.downstream });
  const fromLeft = left.upstream + (downstream - left.downstream);
  if (right === null) {
    const low = least(fromLeft, last);
    return interval(low, greatest(read, last), 'conservative', 'it is not known where MirrorMaker ended');
  }
  const [U, D] = [right.upstream - left.upstream, right.downstream - left.downstream];
  const isHole = next !== undefined && mapping?.holeAfter((mapping?.first ?? 0) + index) === true;
  if (U < D || mapping?.mayCancel === true || isHole) {
    // Records were written twice, or others than MirrorMaker wrote there: how many of them lie before is open.
    // Without gaps as many were written again as there are too many; else at most all between the two.
    const again = mapping?.inTransactions === true ? 0n : mapping?.mayCancel === true || isHole ? D : D - U;
    const low = least(downstream === left.downstream ? left.upstream : left.upstream + 1n - again, back);
    const why = isHole
      ? 'no offset sync holds here'
      : 'the target has records between two syncs that are not from there';
    return interval(greatest(low, 0n), greatest(read, greatest(fromLeft, right.upstream)), 'conservative', why);
  }
  const high = right.upstream - (right.downstream - downstream);
  const low = least(downstream === left.downstream ? left.upstream : fromLeft, back);
  if (downstream === left.downstream) return interval(low, greatest(read, left.upstream), 'bounded', AGAIN);
  const why = low < fromLeft ? AGAIN : `${U - D} source offsets between two syncs are not on the target`;
  return interval(low, greatest(read, high), 'bounded', why);
}

const AGAIN = 'MirrorMaker wrote records again behind it';

/** The offset after the furthest source record before a pair: MirrorMaker may have gone back from there. */
function furthest(pairs: readonly Pair[], index: number): bigint {
  let reached = 0n;
  for (let i = 0; i < index; i++) {
    const [left, right] = [pairs[i], pairs[i + 1]];
    if (left === undefined || right === undefined) continue;
    reached = greatest(reached, left.upstream + (right.downstream - left.downstream));
  }
  return reached;
}

/** Syncs of the epoch in the order of the target log, each later than the one before. */
function pairsOf(mapping: PartitionMapping): Pair[] {
  const pairs: Pair[] = [];
  for (let i = mapping.first; i < mapping.length; i++) pairs.push(mapping.at(i));
  return pairs;
}

function exactly(position: bigint): SourceInterval {
  return { low: position, high: position, proof: 'exact', reason: null };
}

function interval(low: bigint, high: bigint, proof: SourceInterval['proof'], reason: string): SourceInterval {
  return low === high ? exactly(low) : { low, high, proof, reason };
}
