import { auditAsOf } from '../../../shared/audit/audit-as-of.ts';
import type { HistoryState } from '../../../shared/domain/history/history-state.ts';
import type { AuditPolicy } from '../../../shared/domain/judge/audit-policy.ts';
import type { SyncHistory } from '../../../shared/domain/mirror/syncs/sync-history.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import { newestHistory } from '../../../shared/history/history-lineage.ts';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import type { AuditStores } from '../../history/history-stores.ts';

/** Judging a large flow takes seconds, in which the server answers nobody: more requests than these are refused. */
const MOST_WAITING = 4;
/** Partitions and positions of groups, of all reports that are kept for the next request. */
const MOST_KEPT = 200_000;
/** An audit that began before a time may be recorded this long after it. */
const SETTLED_MS = 600_000;
/** Times to choose from, of each flow. */
const MOST_TIMES = 200;

/** What audits said at earlier times, from the history. */
export class PastAudits {
  readonly #flows: readonly Flow[];
  readonly #policy: AuditPolicy;
  readonly #store: SnapshotStore;
  readonly #acknowledgements: AuditStores['acknowledgements'];
  readonly #now: () => number;
  /** By time; the one that was not asked for longest is first. */
  readonly #kept = new Map<number, AuditReport>();
  /** Of the snapshot that was asked for last. */
  #keptMapping: {
    readonly flow: string;
    readonly at: number | null;
    readonly mapping: HistoryState['mapping'];
  } | null = null;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    flows: readonly Flow[],
    policy: AuditPolicy,
    { history, acknowledgements }: Pick<AuditStores, 'history' | 'acknowledgements'>,
    now: () => number = Date.now,
  ) {
    this.#flows = flows;
    this.#policy = policy;
    this.#store = newestHistory(history);
    this.#acknowledgements = acknowledgements;
    this.#now = now;
  }

  /**
   * The report as of a time (ms since the epoch). One is made at a time.
   * @throws NothingRecordedError, DamagedFrameError, HistoryStoreError; TidemarkError `SERVER_BUSY`
   */
  async at(asOf: number): Promise<AuditReport> {
    return this.#inTurn(async () => {
      const report = this.#kept.get(asOf) ?? (await this.#make(asOf));
      if (asOf < this.#now() - SETTLED_MS) this.#keep(asOf, report);
      return report;
    });
  }

  /**
   * The offset syncs of a source partition as of a time (ms since the epoch); null if there are none.
   * @throws DamagedFrameError, HistoryStoreError; TidemarkError `SERVER_BUSY`
   */
  async mapping(flow: string, topic: string, partition: number, asOf: number): Promise<SyncHistory | null> {
    return this.#inTurn(async () => (await this.#mappingOf(flow, asOf)).get(topic)?.get(partition) ?? null);
  }

  /** Of a large flow, reading its state takes a second: people look at one partition after the other. */
  async #mappingOf(flow: string, asOf: number): Promise<HistoryState['mapping']> {
    const at = (await this.#store.newest(flow, asOf, this.#now()))?.at ?? null;
    const kept = this.#keptMapping;
    if (kept !== null && kept.flow === flow && kept.at === at) return kept.mapping;
    const found = await readStateAsOf(this.#store, flow, asOf, this.#now());
    const mapping = found?.state.mapping ?? new Map();
    this.#keptMapping = { flow, at, mapping };
    return mapping;
  }

  async #inTurn<T>(make: () => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) {
      throw new TidemarkError('SERVER_BUSY', 'too many requests for the past wait', { retriable: true });
    }
    this.#waiting++;
    const made = this.#last.then(make);
    this.#last = made.catch(() => undefined);
    try {
      return await made;
    } finally {
      this.#waiting--;
    }
  }

  /** When the state of any flow changed, newest first: ms since the epoch. At most 200 times, evenly of those there are. */
  async times(): Promise<readonly number[]> {
    const now = this.#now();
    const lists = await Promise.all(
      this.#flows.map((flow) => this.#store.list(flowName(flow), { from: 0, to: now }, now)),
    );
    const all = [...new Set(lists.flat().map(({ at }) => at))].sort((a, b) => b - a);
    const step = Math.max(1, all.length / MOST_TIMES);
    return Array.from({ length: Math.min(all.length, MOST_TIMES) }, (_, index) => all[Math.floor(index * step)] ?? 0);
  }

  #make(asOf: number): Promise<AuditReport> {
    return auditAsOf({
      flows: this.#flows,
      policy: this.#policy,
      store: this.#store,
      acknowledgements: this.#acknowledgements,
      asOf,
      clock: { now: this.#now },
    });
  }

  #keep(asOf: number, report: AuditReport): void {
    this.#kept.delete(asOf);
    this.#kept.set(asOf, report);
    const size = ({ flows }: AuditReport): number =>
      flows.reduce((sum, { partitions, groups }) => sum + partitions.length + groups.length, 1);
    let total = [...this.#kept.values()].reduce((sum, one) => sum + size(one), 0);
    for (const [oldest, one] of this.#kept) {
      if (total <= MOST_KEPT || this.#kept.size === 1) break;
      this.#kept.delete(oldest);
      total -= size(one);
    }
  }
}
