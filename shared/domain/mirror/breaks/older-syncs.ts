import { greatest } from '../../model/offsets.ts';
import { begunBy, type FoundBehind } from './begun-behind.ts';
import type { PastCut } from './cut.ts';
import { takenBehind } from './held-back.ts';
import { indexesOf, keeping } from './shortened.ts';
import type { Remaining } from './without-cut.ts';

/**
 * Removes syncs that follow a cut in the history and are of before it, as comparing has shown: no audit could read them when
 * it noticed the cut. If they show that the log had reached further than was known, that counts as another cut, of what
 * lies behind the first.
 * @param past the cuts of the source log that earlier audits noticed, oldest first
 */
export function withoutOlderSyncs(
  remaining: Remaining,
  behind: FoundBehind | undefined,
  past: readonly PastCut[],
): Remaining {
  const begun = behind === undefined ? null : begunBy(behind);
  const last = past.at(-1);
  if (behind === undefined || begun?.kind !== 'later' || last === undefined) return remaining;
  const { history, known, cuts } = remaining;
  const { index, syncs } = behind.asked;
  const isThere = index < history.length && history.upstream(index) === syncs[0]?.upstream;
  if (!isThere) return remaining;
  const isOlder = (i: number) => i >= index && i < index + begun.syncs;
  const shortened = keeping(
    history,
    indexesOf(history).filter((i) => !isOlder(i)),
    known,
    () => 0n,
  );
  const reached = past.reduce((most, cut) => greatest(most, cut.reached), last.reached);
  const cut = takenBehind(history, indexesOf(history).filter(isOlder), reached, last);
  return { ...remaining, ...shortened, cuts: cut === null ? cuts : [...cuts, cut] };
}
