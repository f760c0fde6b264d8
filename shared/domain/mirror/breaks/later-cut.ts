import { greatest } from '../../model/offsets.ts';
import type { SyncPoint } from '../syncs/sync-history.ts';
import { indexesOf, keeping, type Shortened } from './shortened.ts';

/**
 * Removes what a later cut of the source log has made void, where no audit saw the log between two cuts: records show that
 * MM2 wrote the syncs behind `last` before it. The log was cut behind the record of `last`; nothing shows how far.
 * @param shortened what the earlier cut has left
 * @param last the last sync that the present log agrees with
 */
export function withoutLaterCut(
  { history, known, cut: earlier }: Shortened,
  last: Pick<SyncPoint, 'upstream' | 'downstream'>,
): Shortened {
  const all = indexesOf(history);
  const isLast = (i: number) => history.upstream(i) === last.upstream && history.downstream(i) === last.downstream;
  const behind = all.findLast(isLast);
  if (behind === undefined || earlier === null) return { history, cut: null, known };
  const late = all.slice(behind + 1);
  const at = last.upstream + 1n;
  const reached = late.reduce((most, i) => greatest(most, history.upstream(i) + 1n), at);
  // Which leader epochs the log had between the two cuts is not known.
  const { mayReach = reached, tail } = earlier;
  return {
    ...keeping(history, all.slice(0, behind + 1), known, () => 0n),
    cut: {
      // Perhaps it took only the last of them.
      ...{ side: 'source', at, reached, acknowledged: at },
      ...(mayReach > reached ? { mayReach } : {}),
      ...(tail === undefined ? {} : { tail: { ...tail, syncs: [] } }),
    },
  };
}
