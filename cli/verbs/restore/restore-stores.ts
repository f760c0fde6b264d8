import { type HistoryStores, openHistoryStores } from '../../history/history-stores.ts';
import type { ConfigOptions } from '../../options/config-options.ts';
import { type HistoryOptions, historyPlace } from '../../options/history-options.ts';
import type { Terminal } from '../../output/terminal.ts';
import { UsageError } from '../../output/usage-error.ts';

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
