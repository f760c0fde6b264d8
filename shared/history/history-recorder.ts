import type { HistoryState } from '../domain/history/history-state.ts';
import type { KnownFlow } from '../domain/history/known-flow.ts';
import type { Retention } from '../domain/history/retention.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { Clock } from '../ports.ts';
import type { AuditHistory, FlowHistory, Recording } from './audit-history.ts';
import type { FindingAnnouncer } from './finding-announcer.ts';
import { HistoryBusyError } from './history-errors.ts';
import {
  type FlowClusters,
  type HistoryStore,
  historyOf,
  isBetween,
  keyBeforeLineages,
  LineageUnknownError,
  lineageBetween,
  lineageKey,
  type UsedLineage,
} from './history-lineage.ts';
import { HistoryWriter } from './history-writer.ts';
import { readStateAsOf } from './read-history.ts';
import type { HistoryLease, SnapshotStore } from './snapshot-store.ts';

export interface HistoryRecorderOptions {
  readonly store: HistoryStore;
  /** Identifies this process; no other process may use it. */
  readonly owner: string;
  readonly retention: Retention;
  /** How long the lease lasts after an audit. Choose more than the audit interval. */
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Announces the findings of the recorded flows; if absent, nothing is announced. */
  readonly announcer?: FindingAnnouncer;
}

/** Longer than any audit interval. */
const LONGEST_LEASE_MS = 25 * 60 * 60_000;

/**
 * Stores the audits of one process. The first audit of a flow takes the flow's lease. While another process holds the
 * lease, this process reads the history and writes nothing.
 */
export class HistoryRecorder implements AuditHistory {
  readonly #options: HistoryRecorderOptions;
  /** By key of the lineage. */
  readonly #writers = new Map<string, HistoryWriter>();
  /** By flow, those under which it announces what was found before a lineage began. */
  readonly #leasesBeforeLineages = new Map<string, HistoryLease>();
  /** The lineage of each flow that this process used last. */
  readonly #lineages = new Map<string, UsedLineage>();

  constructor(options: HistoryRecorderOptions) {
    this.#options = options;
  }

  get announces(): boolean {
    return this.#options.announcer !== undefined;
  }

  async open(flow: Flow, clusters: FlowClusters): Promise<FlowHistory> {
    const name = flowName(flow);
    let history: SnapshotStore | null = null;
    try {
      const { lineage, isOnly } = await this.#lineageOf(name, clusters);
      history = historyOf(this.#options.store, name, lineage);
      const place = { flow: name, key: lineageKey(name, lineage), history };
      const writer = await this.#writerOf(place);
      return {
        known: writer.known,
        record: (state) => this.#record(place, writer, state),
        ...this.#announcing({ ...writer.lease, flow: place.key }, isOnly ? keyBeforeLineages(name) : null),
      };
    } catch (error) {
      const failure = messageOf(error);
      const notRecorded = { known: null, record: async () => ({ known: null, failure }) };
      if (error instanceof LineageUnknownError && !error.hasOthers) {
        return { ...notRecorded, ...(await this.#announcingBeforeLineages(name)) };
      }
      // A lease that ends later than this comes from a wrong clock: perhaps nobody records, so report the failure.
      const isBusy =
        error instanceof HistoryBusyError && error.leasedUntil - this.#options.clock.now() < LONGEST_LEASE_MS;
      if (!isBusy || history === null) return notRecorded;
      return { known: await this.#read(history, name), record: async () => ({ known: null, failure: null }) };
    }
  }

  /** Gives up the leases, so that other processes can record at once. */
  async release(): Promise<void> {
    for (const [key, writer] of this.#writers) {
      this.#writers.delete(key);
      await writer.release();
    }
    for (const [flow, lease] of this.#leasesBeforeLineages) {
      this.#leasesBeforeLineages.delete(flow);
      await this.#options.store.release(lease);
    }
  }

  #announcing(lease: HistoryLease, continues: string | null): Pick<FlowHistory, 'announce'> {
    const { announcer } = this.#options;
    return announcer === undefined ? {} : { announce: (audited) => announcer.announce(lease, audited, continues) };
  }

  /** A flow whose first audits are refused, or do not reach both clusters, has nothing to record, and findings. */
  async #announcingBeforeLineages(flow: string): Promise<Pick<FlowHistory, 'announce'>> {
    if (!this.announces) return {};
    const { store, owner } = this.#options;
    try {
      // Nothing else renews it.
      const { lease } = await store.acquire(keyBeforeLineages(flow), owner, this.#terms());
      this.#leasesBeforeLineages.set(flow, lease);
      return this.#announcing(lease, null);
    } catch {
      // Another process announces, or the store does not answer, which the report says.
      return {};
    }
  }

  /** Asks the store only if the clusters are not those of the last audit. */
  async #lineageOf(flow: string, clusters: FlowClusters): Promise<UsedLineage> {
    const used = this.#lineages.get(flow);
    if (used !== undefined && isBetween(used.lineage, clusters)) return used;
    const { store, clock } = this.#options;
    const found = await lineageBetween(store, flow, clusters, clock.now());
    this.#lineages.set(flow, found);
    return found;
  }

  async #writerOf({ flow, key, history }: Place): Promise<HistoryWriter> {
    const present = this.#writers.get(key);
    if (present !== undefined) return present;
    const { owner, retention } = this.#options;
    const writer = await HistoryWriter.open({ store: history, flow, owner, retention, terms: this.#terms() });
    this.#writers.set(key, writer);
    return writer;
  }

  async #record({ flow, key, history }: Place, writer: HistoryWriter, state: HistoryState): Promise<Recording> {
    try {
      const recorded = await writer.record(state, this.#terms());
      if (recorded.kind === 'frame') await history.thin(flow, this.#options.clock.now());
      return { known: writer.known, failure: null };
    } catch (error) {
      // The store may differ from what this writer knows: the next audit reopens the history.
      this.#writers.delete(key);
      return { known: null, failure: messageOf(error) };
    }
  }

  async #read(history: SnapshotStore, flow: string): Promise<KnownFlow | null> {
    const { clock } = this.#options;
    try {
      return await readStateAsOf(history, flow, clock.now(), clock.now());
    } catch {
      // The process that holds the lease reports the damage.
      return null;
    }
  }

  #terms() {
    return { now: this.#options.clock.now(), leaseMs: this.#options.leaseMs };
  }
}

/** Where the audits of one flow are stored. */
interface Place {
  readonly flow: string;
  readonly key: string;
  readonly history: SnapshotStore;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
