import type { FirstRecord } from '../model/cluster.ts';
import type { SyncHistory } from './syncs/sync-history.ts';

/**
 * Finds syncs that speak of another topic of the same name, without any memory of topic ids: a sync of a record that
 * at or after the log's first record cannot be older than that. Of a recreated topic every record is younger than the
 * syncs of the one before. A sync of an earlier offset shows nothing: compaction or deletion took its record.
 *
 * Returns how many syncs from the oldest on are in doubt, 0 where none is. Producers with clocks of their own can
 * make genuine ones look like that, so that a doubt is to be confirmed by comparing records.
 *
 * @param first the first record still in the source log
 */
export function syncsOlderThanSource(history: SyncHistory, first: FirstRecord): number {
  for (let i = history.length - 1; i >= 0; i--) {
    const sync = history.at(i);
    if (sync.upstream >= first.offset && latest(sync.timestamp) < first.timestamp) return i + 1;
  }
  return 0;
}

/**
 * Whether the syncs may speak of an earlier topic of the same name, and nothing can tell: the record of the newest is
 * gone from the source log, and whatever is left there is younger than that sync. Where the topic was recreated, its
 * first records may then stand on the target behind the newest sync.
 *
 * @param first the first record still in the source log; null if it holds none
 * @param sourceStart offset of that log's begin
 */
export function mayPredateSource(
  history: SyncHistory,
  first: FirstRecord | null | 'unknown',
  sourceStart: bigint,
): boolean {
  if (history.length === 0) return false;
  const newest = history.at(history.length - 1);
  if (first === null) return true;
  if (first === 'unknown') return newest.upstream < sourceStart;
  return newest.upstream < first.offset && latest(newest.timestamp) < first.timestamp;
}

/** The history keeps whole seconds, rounded down. */
function latest(timestamp: bigint): bigint {
  return timestamp % 1000n === 0n ? timestamp + 999n : timestamp;
}
