import type { ConfigOptions } from './config-options.ts';
import { type HistoryOptions, historyPlace } from './history-options.ts';
import { type HistoryStores, openHistoryStores } from './history-stores.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError where the history is off; HistoryStoreError */
export async function openRestoreStores(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
): Promise<HistoryStores> {
  const place = historyPlace(options, terminal.environment);
  if (place === null)
    throw new UsageError('a restore needs the history, and it is off', 'name its place: --history FILE');
  return await openHistoryStores(place);
}
