import { greatest } from '../../model/offsets.ts';
import type { SyncHistory, SyncPoint } from '../syncs/sync-history.ts';
import { indexesOf, keeping, type Shortened } from './shortened.ts';

type Pair = Pick<SyncPoint, 'upstream' | 'downstream'>;

/**
 * Removes what a later cut of the source log has made void, where no audit saw the log between two cuts: records show that
 * MM2 wrote the syncs between `last` and `next` before it. The log was cut behind the record of `last`; nothing shows how far.
 * @param shortened what the earlier cut has left
 * @param last the last sync before it of which the present log has the record
 * @param next the first one behind it; undefined if there is none
 */
export function withoutLaterCut(
  { history, known, cut: earlier }: Shortened,
  last: Pair | undefined,
  next: Pair | undefined,
): Shortened {
  const all = indexesOf(history);
  const behind = last === undefined ? undefined : all.findLast(isAt(history, last));
  if (last === undefined || behind === undefined || earlier === null) return { history, cut: earlier, known };
  const until = next === undefined ? -1 : all.findIndex((i) => i > behind && isAt(history, next)(i));
  const late = all.slice(behind + 1, until < 0 ? undefined : until);
  const at = last.upstream + 1n;
  const first = late[0];
  const atMost = first === undefined ? at : greatest(at, history.upstream(first));
  const reached = late.reduce((most, i) => greatest(most, history.upstream(i) + 1n), at);
  // Which leader epochs the log had between the two cuts is not known.
  const { mayReach = reached, tail } = earlier;
  return {
    ...keeping(
      history,
      all.filter((i) => !late.includes(i)),
      known,
      () => 0n,
    ),
    cut: {
      // Perhaps it took only the last of them.
      ...{ side: 'source', at, reached, acknowledged: at },
      ...(atMost > at ? { atMost } : {}),
      ...(mayReach > reached ? { mayReach } : {}),
      ...(tail === undefined ? {} : { tail: { ...tail, syncs: [] } }),
    },
  };
}

function isAt(history: SyncHistory, { upstream, downstream }: Pair): (index: number) => boolean {
  return (index) => history.upstream(index) === upstream && history.downstream(index) === downstream;
}
