import { greatest } from '../../model/offsets.ts';
import type { SyncHistory } from '../syncs/sync-history.ts';
import type { Cut, PastCut } from './cut.ts';
import type { LogsNow } from './logs-now.ts';
import { indexesOf, keeping, type Shortened } from './shortened.ts';

/**
 * Removes the syncs of records that a cut of the source log took, and that MM2 wrote after an audit had noticed that cut:
 * it holds the last pair of a partition back until it flushes. The last audit saw the record on the target, while the
 * source log was already shorter. If they show that the log had reached further than was known, that counts as another
 * cut, of what lies behind the first.
 */
export function withoutHeldBack(history: SyncHistory, logs: LogsNow): Shortened {
  const { sourceCuts, sameSourceSince, sameTargetSince, sourceEnd, sourceEndBefore, sourceEpochEnd, known } = logs;
  const none = { history, cut: null, known };
  const [last] = sourceCuts.slice(-1);
  if (last === undefined || sameSourceSince === null || sourceEndBefore === null) return none;
  // Of another target log, or of one that nobody could read, no end is known.
  const targetEndBefore = sameTargetSince === null ? null : logs.targetEndBefore;
  const isCutAgain = sourceEpochEnd !== null && sourceEpochEnd < sourceEndBefore;
  const hasNotShrunk = sourceEnd !== null && sourceEnd >= sourceEndBefore && !isCutAgain;
  const isLate = (index: number): boolean => {
    const { upstream, downstream } = history.at(index);
    if (index < known || upstream < last.at) return false;
    // The log has not reached it since the cut, or had not when the target had its copy.
    const wasCopied = targetEndBefore !== null && downstream < targetEndBefore;
    return (hasNotShrunk && upstream >= sourceEnd) || (upstream >= sourceEndBefore && wasCopied);
  };
  const all = indexesOf(history);
  const late = all.filter(isLate);
  if (late.length === 0) return none;
  const left = all.filter((index) => !isLate(index));
  const shortened = keeping(history, left, known, (sync) => last.at - 1n - sync.upstream);
  const reachedBefore = sourceCuts.reduce((most, { reached }) => greatest(most, reached), last.reached);
  return { ...shortened, cut: takenBehind(history, late, reachedBefore, last) };
}

/** What syncs of before a cut show to lie behind what is known that it took; null if that is nothing. */
export function takenBehind(
  history: SyncHistory,
  late: readonly number[],
  at: bigint,
  { tail, noticedAt }: Pick<PastCut, 'tail' | 'noticedAt'>,
): Cut | null {
  const further = late.filter((index) => history.upstream(index) >= at);
  const reached = further.reduce((most, index) => greatest(most, history.upstream(index) + 1n), at);
  if (reached === at) return null;
  const syncs = further.map((i) => ({ upstream: history.upstream(i), downstream: history.downstream(i) }));
  return { side: 'source', at, reached, noticedAt, ...(tail === undefined ? {} : { tail: { ...tail, syncs } }) };
}
