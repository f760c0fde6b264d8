import type { HistoryState } from '../domain/history/history-state.ts';
import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { Retention } from '../domain/history/retention.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { Clock } from '../ports.ts';
import type { AuditHistory, FlowHistory, Recording } from './audit-history.ts';
import { HistoryBusyError } from './history-errors.ts';
import { HistoryWriter } from './history-writer.ts';
import { readStateAsOf } from './read-history.ts';
import type { SnapshotStore } from './snapshot-store.ts';

export interface HistoryRecorderOptions {
  readonly store: SnapshotStore;
  /** Identifies this process; no other process may use it. */
  readonly owner: string;
  readonly retention: Retention;
  /** How long the lease lasts after an audit. Choose more than the audit interval. */
  readonly leaseMs: number;
  readonly clock: Clock;
}

/** Longer than any audit interval. */
const LONGEST_LEASE_MS = 25 * 60 * 60_000;

/**
 * Stores the audits of one process. The first audit of a flow takes the flow's lease. While another process holds the
 * lease, this process reads the history and writes nothing.
 */
export class HistoryRecorder implements AuditHistory {
  readonly #options: HistoryRecorderOptions;
  readonly #writers = new Map<string, HistoryWriter>();

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
  }

  async open(flow: Flow): Promise<FlowHistory> {
    const name = flowName(flow);
    try {
      const writer = await this.#writerOf(name);
      return { known: writer.known, record: (state) => this.#record(name, writer, state) };
    } catch (error) {
      const failure = messageOf(error);
      // A lease that ends later than this comes from a wrong clock: perhaps nobody records, so report the failure.
      const isBusy =
        error instanceof HistoryBusyError && error.leasedUntil - this.#options.clock.now() < LONGEST_LEASE_MS;
      if (!isBusy) return { known: null, record: async () => ({ known: null, failure }) };
      return { known: await this.#read(name), record: async () => ({ known: null, failure: null }) };
    }
  }

  /** Gives up the leases, so that other processes can record at once. */
  async release(): Promise<void> {
    for (const [name, writer] of this.#writers) {
      this.#writers.delete(name);
      await writer.release();
    }
  }

  async #writerOf(flow: string): Promise<HistoryWriter> {
    const present = this.#writers.get(flow);
    if (present !== undefined) return present;
    const { store, owner, retention } = this.#options;
    const writer = await HistoryWriter.open({ store, flow, owner, retention, terms: this.#terms() });
    this.#writers.set(flow, writer);
    return writer;
  }

  async #record(flow: string, writer: HistoryWriter, state: HistoryState): Promise<Recording> {
    try {
      const recorded = await writer.record(state, this.#terms());
      if (recorded.kind === 'frame') await this.#options.store.thin(flow, this.#options.clock.now());
      return { known: writer.known, failure: null };
    } catch (error) {
      // The store may differ from what this writer knows: the next audit reopens the history.
      this.#writers.delete(flow);
      return { known: null, failure: messageOf(error) };
    }
  }

  async #read(flow: string): Promise<KnownFlow | null> {
    const { store, clock } = this.#options;
    try {
      return await readStateAsOf(store, flow, clock.now(), clock.now());
    } catch {
      // The process that holds the lease reports the damage.
      return null;
    }
  }

  #terms() {
    return { now: this.#options.clock.now(), leaseMs: this.#options.leaseMs };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
