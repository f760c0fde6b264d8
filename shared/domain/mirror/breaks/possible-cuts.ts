import { presentFrom, type SourceCut } from '../epoch.ts';
import type { SyncHistory } from '../syncs/sync-history.ts';
import { indexesOf, keeping } from './shortened.ts';

/** A history in which a cut of the source log that may have happened is taken for one. */
export interface PossiblyCut {
  readonly history: SyncHistory;
  readonly cut: SourceCut;
}

/** Nobody knows how far the log reached: the largest offset of Kafka. */
const ANYWHERE = 2n ** 63n - 1n;

/**
 * While no audit can read the source log, that log may have been cut: then what MM2 wrote since can be other records than
 * those that the groups have read at these offsets. Where MM2 went back on the source, the log may have been cut at that
 * point; a restart looks the same. Null if MM2 has written no sync since.
 * @param valid index of the first sync that may be about the present logs
 * @param unseen index of the first sync that is younger than the last look at the source log
 * @param noticedAt when the audit began: ms since the epoch
 */
export function possiblyCut(
  history: SyncHistory,
  valid: number,
  unseen: number,
  noticedAt: number,
): PossiblyCut | null {
  const first = Math.max(valid, presentFrom(history));
  const from = Math.max(first, unseen);
  if (from >= history.length) return null;
  const indexes = indexesOf(history);
  let at = from > first ? history.upstream(from - 1) + 1n : 0n;
  for (const i of indexes.slice(from)) if (history.upstream(i) < at) at = history.upstream(i);
  const kept = indexes.filter((i) => i < first || i >= from || history.upstream(i) < at);
  const { history: next } = keeping(history, kept, 0, (left) => at - 1n - left.upstream);
  next.breakAt(next.length - (history.length - from), 'hole');
  return { history: next, cut: { at, reached: at, mayReach: ANYWHERE, noticedAt } };
}
