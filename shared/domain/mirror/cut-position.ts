import { greatest } from '../model/offsets.ts';
import type { CutTail } from './breaks/cut.ts';
import { indexBehind } from './coverage/cut-off.ts';
import type { SourceCut } from './epoch.ts';
import type { PartitionMapping } from './mapping.ts';
import { conservative, exactly, type TranslatedInterval } from './translation.ts';

/**
 * Where a group continues whose commit is of a log that was cut since, as the commit's leader epoch tells (KIP-320): behind
 * the copies of what it read. Behind them the target has the copies of what it did not read: first of those records that
 * are gone, then of those that the source log has there now. Null if the commit is of the present log, or below the cut, or
 * it is not known where those copies are.
 */
export function translateCutOff(
  mapping: PartitionMapping,
  upstream: bigint,
  leaderEpoch: number,
): TranslatedInterval | null {
  const cut = cutOf(mapping.sourceCuts, leaderEpoch);
  if (cut === null || upstream <= cut.at) return null;
  const copies = copiesOf(mapping, cut);
  if (copies === null) return null;
  const { points, until, again } = copies;
  const index = points.findLastIndex((point) => point.upstream <= upstream);
  const [left, right] = [points[index], points[index + 1]];
  if (left === undefined || left.downstream < mapping.target.start) return null;
  if (left.upstream === upstream) return exactly(mapping, left.downstream, again);
  if (right === undefined && upstream === left.upstream + 1n) return exactly(mapping, left.downstream + 1n, again);
  const isInStep = right !== undefined && right.upstream - left.upstream === right.downstream - left.downstream;
  if (isInStep && !mapping.mayCancel) {
    return exactly(mapping, left.downstream + upstream - left.upstream, again);
  }
  return conservative(mapping, left.downstream + 1n, right?.downstream ?? until, again, NOT_IN_STEP);
}

const NOT_IN_STEP = 'the source log was cut, and no offset sync shows where the copies are of what the group has read';

/** The cut of the log that a commit is of; null if none is known, or a later one took what this one had left. */
function cutOf(cuts: readonly SourceCut[], leaderEpoch: number): (SourceCut & { readonly tail: CutTail }) | null {
  for (const [index, { tail, ...cut }] of cuts.entries()) {
    // Of which epochs that log was is not known.
    if (tail === undefined) return null;
    if (leaderEpoch > tail.epoch) continue;
    return cuts.slice(index + 1).some(({ at }) => at < cut.at) ? null : { ...cut, tail };
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

function copiesOf(mapping: PartitionMapping, cut: SourceCut & { readonly tail: CutTail }): Copies | null {
  const { target, length } = mapping;
  const behind = indexBehind(mapping, cut);
  if (behind <= mapping.first) return null;
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
  const begunAgain = greatest(0n, cut.at - mapping.upstream(behind));
  return { points, until, again: begunAgain + mapping.surplusBehind(behind, cut.at) };
}
