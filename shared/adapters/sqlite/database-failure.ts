import { TidemarkError } from '../../domain/model/errors.ts';
import { HistoryStoreError } from '../../history/history-errors.ts';

/** Runs a read or write. Turns what SQLite throws into an error that tells people what to do. */
export function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof TidemarkError) throw cause;
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new HistoryStoreError('HISTORY_STORE_FAILED', `the history's database failed: ${why}`, {
      cause,
      retriable: why.includes('locked') || why.includes('busy'),
      remedy: 'Check the disk, and check that the file is on a local file system.',
    });
  }
}
