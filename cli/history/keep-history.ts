import type { AcknowledgementStore } from '../../shared/history/acknowledgement-store.ts';
import type { AuditHistory } from '../../shared/history/audit-history.ts';
import type { FindingPublisher } from '../../shared/ports.ts';
import type { ConfigOptions } from '../options/config-options.ts';
import { type HistoryOptions, historyOwner, openAuditHistory } from '../options/history-options.ts';
import type { Terminal } from '../output/terminal.ts';
import { printable } from '../output/text.ts';
import type { AuditStores } from './history-stores.ts';

/** The history that a command's audits are kept in. */
export interface KeptHistory {
  /** Null where it is off. */
  readonly history: AuditHistory | null;
  /** Null if the history is off. */
  readonly acknowledgements: AcknowledgementStore | null;
  /** Lets other processes use it at once. Never throws. */
  close(): Promise<void>;
}

/** What an audit takes after its deadline: judging a large flow and writing it. */
const RECORDING_RESERVE_SECONDS = 30;

/**
 * Opens the history that the options name. If it cannot be opened, audits run anyway: each report then says that it
 * is not kept, and why. A signal that ends the process also releases the lease.
 * @param leaseSeconds how long after an audit the next one comes or ends at the latest
 * @param publisher gets the events of findings; stderr says what could not be delivered
 */
export async function keepHistory(
  options: HistoryOptions & ConfigOptions,
  terminal: Terminal,
  leaseSeconds: number,
  publisher?: FindingPublisher,
): Promise<KeptHistory> {
  const stores = await openAuditHistory(options, terminal).catch(failureOf);
  if (stores === null) return { history: null, acknowledgements: null, close: async () => undefined };
  if (typeof stores === 'string') return unusable(stores);
  const [{ HistoryRecorder }, { DEFAULT_RETENTION }] = await Promise.all([
    import('../../shared/history/history-recorder.ts'),
    import('../../shared/domain/history/retention.ts'),
  ]);
  const recorder = new HistoryRecorder({
    store: stores.history,
    owner: historyOwner(),
    retention: DEFAULT_RETENTION,
    leaseMs: (leaseSeconds + RECORDING_RESERVE_SECONDS) * 1_000,
    clock: { now: () => Date.now() },
    ...(publisher !== undefined && { announcer: await announcerOf(stores, publisher, terminal) }),
  });
  const close = (): Promise<void> => releaseAndClose(recorder, stores);
  const withdraw = terminal.onInterrupt(close);
  return {
    history: recorder,
    acknowledgements: stores.acknowledgements,
    close: () => {
      withdraw();
      return close();
    },
  };
}

async function announcerOf({ outbox }: AuditStores, publisher: FindingPublisher, terminal: Terminal) {
  const { FindingAnnouncer } = await import('../../shared/history/finding-announcer.ts');
  const failed = (failure: string) => terminal.stderr.write(`warning: ${printable(failure)}\n`);
  return new FindingAnnouncer({ outbox: await outbox(), publisher, failed });
}

async function releaseAndClose(recorder: { release(): Promise<void> }, stores: AuditStores): Promise<void> {
  try {
    // A lease that could not be given back ends by itself; what was recorded stands.
    await recorder.release().catch(() => undefined);
  } finally {
    await stores.close();
  }
}

function unusable(failure: string): KeptHistory {
  const fail = async () => {
    throw new Error(failure);
  };
  return {
    history: { open: async () => ({ known: null, record: async () => ({ known: null, failure }) }) },
    acknowledgements: { add: fail, end: fail, list: fail, close: async () => undefined },
    close: async () => undefined,
  };
}

function failureOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
