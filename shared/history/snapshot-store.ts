/** What a store tells of a frame without its bytes. */
export interface FrameEntry {
  /** When the audit began (ms since the epoch): the frame's identity within its flow. */
  readonly at: number;
  readonly level: number;
  /** From then on (ms) it counts as gone, whether or not the store has removed it. */
  readonly expiresAt: number;
  /** The frames that it is told from, keyframe first, its parent last. */
  readonly ancestors: readonly number[];
  /** Size of the sealed frame in bytes. */
  readonly size: number;
}

export interface StoredFrame {
  readonly entry: FrameEntry;
  /** Null where a part of it is missing. */
  readonly bytes: Uint8Array | null;
}

/** The right to write a flow's history, until another writer has taken it. */
export interface HistoryLease {
  readonly flow: string;
  readonly owner: string;
  /** Rises with every change of owner: what an older one still sends is refused. */
  readonly epoch: number;
}

/** Where a flow's history ends. */
export interface HistoryHead {
  readonly epoch: number;
  /** When the writer's lease ends: ms since the epoch. */
  readonly leasedUntil: number;
  /** The newest frame, and the last time at which an audit found its state unchanged; null before the first. */
  readonly tail: { readonly at: number; readonly heldUntil: number } | null;
}

export interface LeaseTerms {
  /** The present: ms since the epoch. */
  readonly now: number;
  /** How long nobody else may take over, from now on. */
  readonly leaseMs: number;
}

export interface HistoryStats {
  readonly frames: number;
  readonly bytes: number;
  readonly oldest: number | null;
  readonly newest: number | null;
}

/**
 * Keeps frames: sealed bytes that it never looks into. A frame is there whole or not at all, whenever its writer dies;
 * what an append has acknowledged stays until it expires.
 *
 * All methods throw `HistoryStoreError` where the store does not answer or refuses.
 */
export interface SnapshotStore {
  /**
   * Takes the right to write, or renews it. One write.
   * @throws HistoryBusyError while another owner's lease runs
   */
  acquire(
    flow: string,
    owner: string,
    terms: LeaseTerms,
  ): Promise<{ readonly lease: HistoryLease; readonly head: HistoryHead }>;
  /**
   * Adds a frame behind `after`, the newest one that the writer knows (null before the first), and renews the lease.
   * @throws HistoryFencedError where another writer took over or the end is another one
   */
  append(
    lease: HistoryLease,
    frame: { readonly entry: FrameEntry; readonly bytes: Uint8Array },
    after: number | null,
    terms: LeaseTerms,
  ): Promise<void>;
  /**
   * Notes that an audit at `at` found the newest frame's state unchanged, and renews the lease. One write.
   * @throws HistoryFencedError
   */
  hold(lease: HistoryLease, at: number, terms: LeaseTerms): Promise<void>;
  /** Ends the lease before its time; a lease that has been taken over is left alone. */
  release(lease: HistoryLease): Promise<void>;
  head(flow: string): Promise<HistoryHead | null>;
  /** The newest frame at or before a time that has not expired, or null. */
  newest(flow: string, atOrBefore: number, now: number): Promise<FrameEntry | null>;
  /** Frames from `from` to `to` (inclusive, ms) that have not expired, oldest first, all or the first `limit`. */
  list(
    flow: string,
    range: { readonly from: number; readonly to: number; readonly limit?: number },
    now: number,
  ): Promise<readonly FrameEntry[]>;
  /** Frames by their time, in the order asked for; null for those that are not there or have expired. */
  read(flow: string, ats: readonly number[], now: number): Promise<readonly (StoredFrame | null)[]>;
  /** Removes what has expired; returns how many frames. Where the store does so by itself, 0. */
  thin(flow: string, now: number): Promise<number>;
  stats(flow: string, now: number): Promise<HistoryStats>;
  close(): Promise<void>;
}
