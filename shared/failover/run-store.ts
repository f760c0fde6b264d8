import type { ChainEntry } from '../domain/failover/evidence-chain.ts';

/** Who works on a flow. A run keeps the flow until it ends; a process keeps the run while it works on it. */
export interface FlowLock {
  readonly flow: string;
  readonly run: string;
  /** One higher at each new holder. An entry of an earlier epoch is refused. */
  readonly epoch: number;
  /** The process; null between two calls of the run. */
  readonly holder: string | null;
  /** ms since the epoch. */
  readonly since: number;
}

export type LockAnswer =
  | { readonly kind: 'locked'; readonly lock: FlowLock; readonly overrode: FlowLock | null }
  | { readonly kind: 'held'; readonly by: FlowLock };

/**
 * - `lock-lost`: another process has the flow now.
 * - `taken`: the run already has an entry with this number.
 */
export type AppendAnswer = 'added' | 'lock-lost' | 'taken';

/**
 * Stores the evidence of failovers, entry by entry, and who works on which flow. An entry is written once, completely or
 * not at all, and never changes. All methods throw `HistoryStoreError` if the store does not answer or refuses.
 */
export interface RunStore {
  /**
   * Takes the flow for a run and a process, in one conditional write. It is refused while another run has the flow, or
   * another process works on this one. `override` takes it anyway; `overrideEpoch` takes it only from the holder with that
   * epoch, and from no later one.
   */
  lock(request: {
    readonly flow: string;
    readonly run: string;
    readonly holder: string;
    readonly at: number;
    readonly override: boolean;
    readonly overrideEpoch?: number;
  }): Promise<LockAnswer>;
  /** Ends the work of a process; `keep` leaves the flow to its run. Does nothing if another process has the flow now. */
  release(lock: FlowLock, keep: boolean): Promise<void>;
  lockOf(flow: string): Promise<FlowLock | null>;
  /** Adds an entry if the flow's lock still has the entry's epoch. An entry with epoch 0 needs no lock: it is the first. */
  append(flow: string, entry: ChainEntry): Promise<AppendAnswer>;
  /** All entries of a run in their order, as they were stored; empty if there are none. */
  read(run: string): Promise<readonly unknown[]>;
  /** Ids of runs, newest first: they sort by time. */
  runs(limit: number): Promise<readonly string[]>;
}
