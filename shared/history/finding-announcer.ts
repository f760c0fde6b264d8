import { createHash } from 'node:crypto';
import type { Position } from '../contract/metrics.ts';
import { counted } from '../domain/model/figures.ts';
import type { FlowReport } from '../domain/model/report.ts';
import { failoverNow } from '../domain/notify/failover-now.ts';
import { followFindings } from '../domain/notify/follow-findings.ts';
import type { FindingPublisher } from '../ports.ts';
import type { AnnouncedState, FindingOutbox } from './finding-outbox.ts';
import type { HistoryLease } from './snapshot-store.ts';

export interface FindingAnnouncerOptions {
  readonly outbox: FindingOutbox;
  readonly publisher: FindingPublisher;
  /** Called with the reason if events of a flow could not be stored or delivered. The next audit tries again. */
  readonly failed: (failure: string) => void;
}

/** An audit of a whole flow, for its findings to be announced. */
export interface AuditedFlow {
  readonly report: FlowReport;
  /** Whether a cluster refused the credentials or a permission, so that nothing else was audited. */
  readonly isRefused: boolean;
  /** When the audit began: ms since the epoch. */
  readonly at: number;
  /** The positions that groups get in a failover. */
  readonly positions: Position;
}

/** More than one audit announces, so that a backlog shrinks. */
const DELIVER_AT_ONCE = 500;

/**
 * Announces the findings of the flows that this process records. Events are stored before they are published and removed
 * after they were accepted, so each is delivered at least once, under one id.
 */
export class FindingAnnouncer {
  readonly #options: FindingAnnouncerOptions;
  /** What is open, by key; absent if it has to be read. */
  readonly #states = new Map<string, AnnouncedState | null>();
  /** Keys without an event that waits for its delivery. */
  readonly #delivered = new Set<string>();

  constructor(options: FindingAnnouncerOptions) {
    this.#options = options;
  }

  /**
   * Never throws.
   * @param lease of the flow's history, under its key
   * @param continues key under which findings were announced before there was a history: what is open there stays open, or closes
   */
  async announce(lease: HistoryLease, audited: AuditedFlow, continues: string | null = null): Promise<void> {
    const key = lease.flow;
    try {
      await this.#store(lease, audited, continues);
      for (const one of continues === null ? [key] : [continues, key]) {
        if (!this.#delivered.has(one)) await this.#deliver(one);
      }
    } catch (error) {
      // What is stored may differ from what this process knows.
      this.#states.delete(key);
      this.#delivered.delete(key);
      this.#options.failed(error instanceof Error ? error.message : String(error));
    }
  }

  async #store(lease: HistoryLease, audited: AuditedFlow, continues: string | null): Promise<void> {
    const { outbox } = this.#options;
    const key = lease.flow;
    const state = this.#states.has(key) ? (this.#states.get(key) ?? null) : await outbox.state(key);
    // Read once in the life of a flow: from then on the key has a state of its own.
    const earlier = state === null && continues !== null ? await outbox.state(continues) : null;
    const before = (state ?? earlier)?.open ?? null;
    const { report, isRefused, at, positions } = audited;
    const failover = failoverNow(report, positions);
    const announcement = followFindings({ before, report, isRefused, at, failover, digest });
    if (state === null || announcement.events.length > 0) {
      await outbox.announce(lease, state?.revision ?? null, announcement);
      this.#states.set(key, { revision: (state?.revision ?? 0) + 1, open: announcement.open });
      if (announcement.events.length > 0) this.#delivered.delete(key);
    } else this.#states.set(key, state);
  }

  async #deliver(key: string): Promise<void> {
    const { outbox, publisher, failed } = this.#options;
    const pending = await outbox.pending(key, DELIVER_AT_ONCE);
    const events = pending.filter((event) => event !== null);
    const answers = await publisher.publish(events);
    const accepted = events.filter((_, index) => answers[index]?.kind === 'accepted');
    if (accepted.length > 0) await outbox.delivered(key, accepted);
    const left = pending.length - accepted.length;
    if (left === 0 && pending.length < DELIVER_AT_ONCE) this.#delivered.add(key);
    if (left === 0) return;
    const refused = answers.find((answer) => answer.kind === 'refused');
    failed(
      `${counted(left, 'event of findings was', 'events of findings were')} not delivered: ${refused?.reason ?? 'they cannot be read'}`,
    );
  }
}

/** 64 bits: enough for the findings of one deployment. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
