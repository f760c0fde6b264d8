import type { AuditHistory } from '../../shared/history/audit-history.ts';
import type { SnapshotStore } from '../../shared/history/snapshot-store.ts';
import type { ConfigOptions } from '../options/config-options.ts';
import { type HistoryOptions, historyOwner, openHistory } from '../options/history-options.ts';
import type { Terminal } from '../output/terminal.ts';

/** The history that a command's audits are kept in. */
export interface KeptHistory {
  /** Null where it is off. */
  readonly history: AuditHistory | null;
  /** Lets other processes use it at once. Never throws. */
  close(): Promise<void>;
}

/** What an audit takes after its deadline: judging a large flow and writing it. */
const RECORDING_RESERVE_SECONDS = 30;

/**
 * Opens the history that the options name. One that cannot be opened stops no audit: each then says that it is not kept,
 * and why. Also given back where a signal ends the process.
 * @param leaseSeconds how long after an audit the next one comes or ends at the latest
 */
export async function keepHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
  leaseSeconds: number,
): Promise<KeptHistory> {
  const store = await openHistory(options, terminal).catch(failureOf);
  if (store === null) return { history: null, close: async () => undefined };
  if (typeof store === 'string') return { history: unusable(store), close: async () => undefined };
  const [{ HistoryRecorder }, { DEFAULT_RETENTION }] = await Promise.all([
    import('../../shared/history/history-recorder.ts'),
    import('../../shared/domain/history/retention.ts'),
  ]);
  const recorder = new HistoryRecorder({
    store,
    owner: historyOwner(),
    retention: DEFAULT_RETENTION,
    leaseMs: (leaseSeconds + RECORDING_RESERVE_SECONDS) * 1_000,
    clock: { now: () => Date.now() },
  });
  const close = (): Promise<void> => releaseAndClose(recorder, store);
  const withdraw = terminal.onInterrupt(close);
  return {
    history: recorder,
    close: () => {
      withdraw();
      return close();
    },
  };
}

async function releaseAndClose(recorder: { release(): Promise<void> }, store: SnapshotStore): Promise<void> {
  try {
    // A lease that could not be given back ends by itself; what was recorded stands.
    await recorder.release().catch(() => undefined);
  } finally {
    await store.close();
  }
}

function unusable(failure: string): AuditHistory {
  return { open: async () => ({ known: null, record: async () => ({ known: null, failure }) }) };
}

function failureOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
