/** What a store knows about a frame without its bytes. */
export interface FrameEntry {
  /** When the audit began (ms since the epoch): the frame's identity within its flow. */
  readonly at: number;
  readonly level: number;
  /** From this time (ms) on readers ignore it, even if the store has not removed it yet. */
  readonly expiresAt: number;
  /** Times of the frames that its chain needs, keyframe first, parent last. */
  readonly ancestors: readonly number[];
  /** Size of the sealed frame in bytes. */
  readonly size: number;
}

export interface StoredFrame {
  readonly entry: FrameEntry;
  /** Null if a part is missing. */
  readonly bytes: Uint8Array | null;
}

/** The right to write a flow's history, until another writer takes it. */
export interface HistoryLease {
  readonly flow: string;
  readonly owner: string;
  /** Increases with every change of owner; the store refuses writes with an older one. */
  readonly epoch: number;
}

/** Where a flow's history ends. */
export interface HistoryHead {
  readonly epoch: number;
  /** When the writer's lease ends: ms since the epoch. */
  readonly leasedUntil: number;
  /** The newest frame, and the last audit that found its state unchanged; null before the first frame. */
  readonly tail: { readonly at: number; readonly heldUntil: number } | null;
}

export interface LeaseTerms {
  /** Current time: ms since the epoch. */
  readonly now: number;
  /** How long from now nobody else may take over. */
  readonly leaseMs: number;
}

export interface HistoryStats {
  readonly frames: number;
  readonly bytes: number;
  readonly oldest: number | null;
  readonly newest: number | null;
}

/**
 * Stores frames as opaque bytes. A frame is stored completely or not at all, no matter when its writer dies. An
 * acknowledged frame stays until it expires.
 *
 * All methods throw `HistoryStoreError` if the store does not answer or refuses.
 */
export interface SnapshotStore {
  /**
   * Takes or renews the lease. One write.
   * @throws HistoryBusyError while another owner's lease runs
   */
  acquire(
    flow: string,
    owner: string,
    terms: LeaseTerms,
  ): Promise<{ readonly lease: HistoryLease; readonly head: HistoryHead }>;
  /**
   * Adds a frame after `after`, the newest frame that the writer knows (null before the first), and renews the lease.
   * @throws HistoryFencedError if another writer took over or `after` is no longer the newest frame
   */
  append(
    lease: HistoryLease,
    frame: { readonly entry: FrameEntry; readonly bytes: Uint8Array },
    after: number | null,
    terms: LeaseTerms,
  ): Promise<void>;
  /**
   * Records that an audit at `at` found the newest frame's state unchanged, and renews the lease. One write.
   * @throws HistoryFencedError
   */
  hold(lease: HistoryLease, at: number, terms: LeaseTerms): Promise<void>;
  /** Ends the lease early. Does nothing if another writer took over. */
  release(lease: HistoryLease): Promise<void>;
  head(flow: string): Promise<HistoryHead | null>;
  /** The newest unexpired frame at or before a time, or null. */
  newest(flow: string, atOrBefore: number, now: number): Promise<FrameEntry | null>;
  /** Unexpired frames from `from` to `to` (inclusive, ms), oldest first: all of them, or the first `limit`. */
  list(
    flow: string,
    range: { readonly from: number; readonly to: number; readonly limit?: number },
    now: number,
  ): Promise<readonly FrameEntry[]>;
  /** Frames by time, in the given order; null for each one that is missing or expired. */
  read(flow: string, ats: readonly number[], now: number): Promise<readonly (StoredFrame | null)[]>;
  /** Removes expired frames and returns their number; 0 for a store that expires frames itself. */
  thin(flow: string, now: number): Promise<number>;
  stats(flow: string, now: number): Promise<HistoryStats>;
  close(): Promise<void>;
}
