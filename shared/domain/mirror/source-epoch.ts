import type { SyncHistory } from './syncs/sync-history.ts';

/**
 * Finds syncs that speak of another topic of the same name, without any memory of topic ids: a sync of a record that
 * is still in the log cannot be older than the log's first record. Of a recreated topic every record is younger than
 * the syncs of the one before.
 *
 * Returns how many syncs from the oldest on are in doubt, 0 where none is. Producers with clocks of their own can
 * make genuine ones look like that, so that a doubt is to be confirmed by comparing records.
 *
 * @param firstTimestamp time of the first record still in the source log, ms
 * @param sourceStart offset of that log's begin
 */
export function syncsOlderThanSource(history: SyncHistory, firstTimestamp: bigint, sourceStart: bigint): number {
  for (let i = history.length - 1; i >= 0; i--) {
    const sync = history.at(i);
    if (sync.upstream >= sourceStart && latest(sync.timestamp) < firstTimestamp) return i + 1;
  }
  return 0;
}

/** The history keeps whole seconds, rounded down. */
function latest(timestamp: bigint): bigint {
  return timestamp % 1000n === 0n ? timestamp + 999n : timestamp;
}
