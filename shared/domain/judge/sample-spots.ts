import type { PartitionMapping } from '../mirror/mapping.ts';
import { type Translation, translate } from '../mirror/translation.ts';
import type { GroupState, JudgedGroup } from './group-state.ts';
import type { PartitionState } from './partition-state.ts';
import { holeKey } from './record-evidence.ts';

/** A source offset around which to compare records, and what the syncs say of it. */
export interface Spot {
  readonly state: PartitionState;
  readonly upstream: bigint;
  readonly translation: Translation;
}

/** Of a sample, the share that goes to positions that the syncs leave open, as long as there are enough of them. */
const OPEN_SHARE = 0.5;
/** Of what is left, the share of other group positions; the rest goes to intervals between syncs. */
const SETTLED_SHARE = 0.5;
/** Turns by this part of a circle never repeat and spread evenly. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

export function spotOf({ state, committed, translation }: GroupState): Spot {
  return { state, upstream: committed, translation };
}

/**
 * The spots that one audit compares without being asked: ends of logs at which a look found another record than
 * expected, stretches with more records than the source has offsets, group positions that the syncs leave open, then others, and intervals of any age. Each audit takes the
 * next ones, so that within some hours every group and partition has its turn.
 * @param at when the audit began, ms since the epoch: it alone selects which ones
 * @param most spots
 */
export function sampleSpots(
  states: readonly PartitionState[],
  groups: readonly JudgedGroup[],
  at: number,
  most: number,
): Spot[] {
  const turn = fraction(Math.floor(at / 1000) * GOLDEN);
  const tails = evenlySpread(states.filter(hasUnknownTail), turn, Math.ceil(most / 4)).flatMap(tailSpot);
  const unexplained = evenlySpread(states.flatMap(unexplainedSpot), turn, Math.ceil(most / 8));
  const wanted = [...tails, ...unexplained];
  wanted.push(
    ...evenlySpread(
      groups.flatMap(({ open }) => open),
      turn,
      Math.ceil((most - wanted.length) * OPEN_SHARE),
    ).map(spotOf),
  );
  const settled = Math.ceil((most - wanted.length) * SETTLED_SHARE);
  wanted.push(...evenlySpread(groups.flatMap(presentPairs), turn, settled).map(spotOf));
  const intervals = most - wanted.length;
  wanted.push(...evenlySpread(states, turn, Math.ceil(intervals / 2)).flatMap((state) => newestInterval(state)));
  const elsewhere = evenlySpread(states, fraction(turn + 0.5), Math.floor(intervals / 2));
  wanted.push(...elsewhere.flatMap((state) => olderInterval(state, turn)));
  return wanted.filter(({ translation }) => translation.kind === 'interval');
}

/** The pairs whose commits are of the present log: almost always all of them. */
function presentPairs({ pairs, hasCutOff }: JudgedGroup): readonly GroupState[] {
  return hasCutOff ? pairs.filter(({ isCutOff }) => !isCutOff) : pairs;
}

/** A part of the list, evenly spread. @param turn from 0 to 1: how far on it starts */
export function evenlySpread<T>(all: readonly T[], turn: number, count: number): T[] {
  if (count >= all.length) return [...all];
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const at = Math.floor(((i + turn) * all.length) / count);
    return all[at] as T;
  });
}

/** Whether the target's last record is, or may be, another one than the offsets since the newest sync suggest. */
function hasUnknownTail({ records }: PartitionState): boolean {
  return records.reckoning === 'refuted' || records.reckoning === 'ambiguous';
}

/** Longer stretches are left to looks: comparing them would take the budget of all others. */
const COMPARED_AT_MOST = 10_000n;

/** A stretch in which one log has more than the other, and no audit has found out why. */
function unexplainedSpot(state: PartitionState): Spot[] {
  const { mapping, source } = state;
  if (mapping === null || mapping.empty || source === null) return [];
  const upstream = firstUnexplained(state, mapping);
  if (upstream === null || upstream < source.start) return [];
  return [{ state, upstream, translation: translate(mapping, upstream) }];
}

function firstUnexplained({ missing, records }: PartitionState, mapping: PartitionMapping): bigint | null {
  for (const { hole, certain } of missing) {
    // A look is cheaper, and shows of most that they hold no record.
    const isLookedAt = records.holes?.has(holeKey(hole)) === true;
    if (!certain && isLookedAt && hole.index !== null && hole.until - hole.from <= COMPARED_AT_MOST) return hole.from;
  }
  // In transactions, markers make the target longer.
  if (mapping.inTransactions) return null;
  for (const { left, right } of mapping.surplusStretches()) {
    if (!right.accounted && right.downstream - left.downstream <= COMPARED_AT_MOST) return left.upstream + 1n;
  }
  return null;
}

function tailSpot(state: PartitionState): Spot[] {
  const { mapping } = state;
  if (mapping === null || mapping.empty) return [];
  const upstream = mapping.newest().upstream + 1n;
  return [{ state, upstream, translation: translate(mapping, upstream) }];
}

/** After the newest sync: no audit has compared these records yet. */
function newestInterval(state: PartitionState): Spot[] {
  return intervalSpot(state, (mapping) => mapping.settled - 1);
}

function olderInterval(state: PartitionState, turn: number): Spot[] {
  return intervalSpot(state, ({ first, settled }) => first + Math.floor(fraction(turn * 2) * (settled - first)));
}

function intervalSpot(state: PartitionState, which: (mapping: PartitionMapping) => number): Spot[] {
  const { mapping, source } = state;
  if (mapping === null || mapping.empty || source === null) return [];
  const index = which(mapping);
  const { upstream: from } = mapping.at(index);
  const next = index + 1 < mapping.settled ? mapping.at(index + 1).upstream : source.highWatermark;
  const upstream = next > from ? from + (next - from) / 2n : from;
  if (upstream < source.start) return [];
  return [{ state, upstream, translation: translate(mapping, upstream) }];
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
