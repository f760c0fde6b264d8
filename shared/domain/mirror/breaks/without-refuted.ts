import type { SyncHistory } from '../syncs/sync-history.ts';

/** Part of a mapping that comparing records has refuted, by an offset of the target log. */
export interface Voided {
  /** All syncs up to the offset, or what the two syncs around it say about the records between them. */
  readonly kind: 'older' | 'between';
  readonly downstream: bigint;
}

/** Marks what comparing records has refuted. Returns the history itself if there is nothing to mark. */
export function withoutRefuted(history: SyncHistory, refuted: readonly Voided[]): SyncHistory {
  if (refuted.length === 0) return history;
  const next = history.copy();
  for (const { kind, downstream } of refuted) {
    let index = history.length;
    while (index > 0 && history.downstream(index - 1) > downstream) index--;
    next.breakAt(index, kind === 'older' ? 'refuted' : 'hole');
  }
  return next;
}
