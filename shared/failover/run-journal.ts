import { type ChainEntry, NO_ENTRY, sealed } from '../domain/failover/evidence-chain.ts';
import type { RunEvent } from '../domain/failover/run-event.ts';
import { type RunRecord, recordOf } from '../domain/failover/run-record.ts';
import type { Clock } from '../ports.ts';
import { LockLostError } from './failover-errors.ts';
import type { StoredRun } from './run-entry-schema.ts';
import type { FlowLock, RunStore } from './run-store.ts';
import { sha256 } from './sha256.ts';
import { takeLock } from './take-lock.ts';

export interface OpenJournal {
  readonly store: RunStore;
  readonly stored: StoredRun;
  readonly clock: Clock;
  /** The process, for people: host and number. */
  readonly holder: string;
  readonly override: boolean;
}

/** Writes the evidence of one run, as the only process that works on its flow. */
export class RunJournal {
  readonly #store: RunStore;
  readonly #clock: Clock;
  readonly #lock: FlowLock;
  #entries: readonly ChainEntry[];
  #record: RunRecord;

  private constructor({ store, stored, clock }: OpenJournal, lock: FlowLock) {
    this.#store = store;
    this.#clock = clock;
    this.#lock = lock;
    this.#entries = stored.entries;
    this.#record = stored.record;
  }

  /** Takes the flow's lock. @throws FailoverRefusedError FLOW_LOCKED, RunBusyError, HistoryStoreError */
  static async open(request: OpenJournal): Promise<RunJournal> {
    const { store, stored, clock, holder, override } = request;
    const { run, subject } = stored.record;
    const { lock, overrode } = await takeLock(store, { flow: subject.flow, run, holder, at: clock.now(), override });
    const journal = new RunJournal(request, lock);
    const from = overrode === null ? null : `run ${overrode.run}, ${overrode.holder ?? 'no process'}`;
    await journal.add({ kind: 'locked', by: holder, overrode: from });
    return journal;
  }

  get record(): RunRecord {
    return this.#record;
  }

  /** @throws LockLostError, HistoryStoreError */
  async add(event: RunEvent): Promise<void> {
    const last = this.#entries.at(-1);
    const { run, subject } = this.#record;
    const entry = sealed(
      {
        run,
        seq: this.#entries.length,
        at: this.#clock.now(),
        epoch: this.#lock.epoch,
        event,
        previous: last?.hash ?? NO_ENTRY,
      },
      sha256,
    );
    // What the record refuses must not be stored.
    const record = recordOf([...this.#entries, entry]);
    if (record === null) throw new Error('a run with an entry has a record');
    if ((await this.#store.append(subject.flow, entry)) !== 'added') throw new LockLostError(subject.flow);
    this.#entries = [...this.#entries, entry];
    this.#record = record;
  }

  /** Lets other processes continue the run; if it has ended, or never began, other runs have the flow. */
  async close(): Promise<void> {
    const { phase } = this.#record;
    await this.#store.release(this.#lock, phase === 'running' || phase === 'undoing');
  }
}
