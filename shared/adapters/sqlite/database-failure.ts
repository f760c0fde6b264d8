import { TidemarkError } from '../../domain/model/errors.ts';
import { HistoryStoreError } from '../../history/history-errors.ts';

/** Runs a read or write; what SQLite throws becomes an error that a person can act on. */
export function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof TidemarkError) throw cause;
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new HistoryStoreError('HISTORY_STORE_FAILED', `the history's database failed: ${why}`, {
      cause,
      retriable: why.includes('locked') || why.includes('busy'),
      remedy: 'Check the disk, and that the file is on a local file system.',
    });
  }
}
