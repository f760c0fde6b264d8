import type { FirstRecord } from '../model/cluster.ts';
import type { SyncHistory } from './syncs/sync-history.ts';

/**
 * Finds syncs of another topic of the same name, without knowing topic ids. A sync of an offset at or after the log's
 * first record cannot be older than that record. In a recreated topic every record is younger than the syncs of the
 * topic before it. A sync of an earlier offset shows nothing: its record was compacted or deleted.
 *
 * Returns how many syncs from the oldest on are in doubt; 0 if none is. Producers with their own clocks can make
 * genuine syncs look like that, so comparing records has to confirm the doubt.
 *
 * @param first the first record still in the source log
 * @param until looks only at the syncs before this index
 */
export function syncsOlderThanSource(history: SyncHistory, first: FirstRecord, until = history.length): number {
  for (let i = until - 1; i >= 0; i--) {
    if (history.upstream(i) >= first.offset && latest(history.timestamp(i)) < first.timestamp) return i + 1;
  }
  return 0;
}

/**
 * Whether the syncs may be about an earlier topic of the same name, and nothing can show it. The record of the newest
 * sync is gone from the source log, and all that is left there is younger than that sync. If the topic was recreated,
 * its first records may then be on the target after the newest sync.
 *
 * @param first the first record still in the source log; null if it holds none
 * @param sourceStart start of that log
 */
export function mayPredateSource(
  history: SyncHistory,
  first: FirstRecord | null | 'unknown',
  sourceStart: bigint,
): boolean {
  if (history.length === 0) return false;
  const newest = history.length - 1;
  if (first === null) return true;
  if (first === 'unknown') return history.upstream(newest) < sourceStart;
  return history.upstream(newest) < first.offset && latest(history.timestamp(newest)) < first.timestamp;
}

/** The history keeps whole seconds, rounded down. */
function latest(timestamp: bigint): bigint {
  return timestamp % 1000n === 0n ? timestamp + 999n : timestamp;
}
