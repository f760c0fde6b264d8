import { greatest, least } from '../model/offsets.ts';
import type { CutTail } from './breaks/cut.ts';
import { indexBehind } from './coverage/index-behind.ts';
import type { SourceCut } from './epoch.ts';
import type { PartitionMapping } from './mapping.ts';
import { conservative, exactly, firstCopyBehind, type Translation } from './translation.ts';

/**
 * Where a group continues whose commit is of a log that was cut since, as the commit's leader epoch tells (KIP-320): behind
 * the copies of what it read. Behind them the target has the copies of what it did not read: first of those records that
 * are gone, then of those that the source log has there now. If no sync shows where those copies are, it begins with the
 * first of them: what the present log has at that offset is another record. Null if the commit is of the present log, or
 * below the cut, or it is not known which of the two.
 */
export function translateCutOff(mapping: PartitionMapping, upstream: bigint, leaderEpoch: number): Translation | null {
  const found = locatedCutOff(mapping, upstream, leaderEpoch);
  const { start } = mapping.target;
  if (found?.kind !== 'interval' || start === 0n || found.low > start) return found;
  const whole = locatedCutOff(mapping.whole, upstream, leaderEpoch);
  return { ...found, expired: whole?.kind === 'interval' ? greatest(0n, start - whole.low) : 0n };
}

function locatedCutOff(mapping: PartitionMapping, upstream: bigint, leaderEpoch: number): Translation | null {
  const cut = cutOf(mapping.sourceCuts, leaderEpoch);
  if (cut === null || upstream <= cut.at) return null;
  const copies = cut.later.every(({ at }) => at >= cut.at) ? copiesOf(mapping, cut) : null;
  if (copies === null) return anywhereBehind(mapping, [cut, ...cut.later]);
  const { points, until, again } = copies;
  const index = points.findLastIndex((point) => point.upstream <= upstream);
  const [left, right] = [points[index], points[index + 1]];
  if (left === undefined || left.downstream < mapping.target.start) return anywhereBehind(mapping, [cut, ...cut.later]);
  if (left.upstream === upstream) return exactly(mapping, left.downstream, again);
  if (right === undefined && upstream === left.upstream + 1n) return exactly(mapping, left.downstream + 1n, again);
  const isInStep = right !== undefined && right.upstream - left.upstream === right.downstream - left.downstream;
  if (isInStep && !mapping.mayCancel) {
    return exactly(mapping, left.downstream + upstream - left.upstream, again);
  }
  return conservative(mapping, left.downstream + 1n, right?.downstream ?? until, again, NOT_IN_STEP);
}

/** Whether a commit of a leader epoch is of the log that is there now for certain, although the log was cut. */
export function isOfPresentLog({ sourceCuts }: PartitionMapping, leaderEpoch: number): boolean {
  return (
    sourceCuts.length > 0 &&
    sourceCuts.every(({ tail }) => tail?.presentFrom !== undefined && leaderEpoch >= tail.presentFrom)
  );
}

const NOT_IN_STEP = 'the source log was cut, and no offset sync shows where the copies are of what the group has read';

/** From the first copy of what cuts took: nothing is skipped, wherever the group stood. */
function anywhereBehind(mapping: PartitionMapping, cuts: readonly SourceCut[]): Translation {
  const firsts = cuts.map((cut) => firstCopyBehind(mapping, cut));
  const low = firsts.reduce((first, copy) => (first === null || copy === null ? null : least(first, copy)));
  if (low === null) return { kind: 'unknown', reason: NOT_IN_STEP };
  return conservative(mapping, low, mapping.target.end, 0n, NOT_IN_STEP);
}

interface CutLog extends SourceCut {
  readonly tail: CutTail;
  /** What was cut after it. */
  readonly later: readonly SourceCut[];
}

/** The cut of the log that a commit is of; null if none is known. */
function cutOf(cuts: readonly SourceCut[], leaderEpoch: number): CutLog | null {
  for (const [index, { tail, ...cut }] of cuts.entries()) {
    // Of which epochs that log was is not known.
    if (tail === undefined) return null;
    if (leaderEpoch > tail.epoch) continue;
    return { ...cut, tail, later: cuts.slice(index + 1) };
  }
  return null;
}

interface Copies {
  /** The last sync or pair below the cut, then those about what is gone. */
  readonly points: readonly { readonly upstream: bigint; readonly downstream: bigint }[];
  /** Target offset behind the copies at the latest. */
  readonly until: bigint;
  /** At most this many records from before the cut MM2 wrote again behind them. */
  readonly again: bigint;
}

function reachedBy({ reached, later }: CutLog): bigint {
  return later.reduce((most, cut) => greatest(most, cut.reached), reached);
}

function copiesOf(mapping: PartitionMapping, cut: CutLog): Copies | null {
  const { target, length } = mapping;
  const behind = indexBehind(mapping, cut);
  if (behind <= mapping.first || cut.tail.syncs.length === 0) return null;
  const points = [mapping.at(behind - 1), ...cut.tail.syncs];
  const last = points.at(-1);
  const until = behind < length ? mapping.downstream(behind) : target.end;
  const isRising = points.every(({ upstream, downstream }, i) => {
    const before = points[i - 1];
    return before === undefined || (before.upstream < upstream && before.downstream < downstream);
  });
  if (last === undefined || !isRising || last.downstream >= until) return null;
  if (mapping.targetCuts.some(({ at }) => at <= last.downstream)) return null;
  if (behind === length) return { points, until, again: target.end - last.downstream - 1n };
  // MM2 writes a sync where it begins again. If the first one behind the cut is further on, that one was lost.
  const beyond = mapping.upstream(behind) - cut.at;
  const unplaced = until - last.downstream - 1n;
  const begunAgain =
    beyond > 0n
      ? greatest(0n, unplaced - beyond)
      : // What the log had behind the last sync are first copies, and MM2 may have written others without a sync.
        -beyond + greatest(0n, unplaced - (reachedBy(cut) - 1n - last.upstream));
  return { points, until, again: begunAgain + mapping.surplusBehind(behind, cut.at) };
}
