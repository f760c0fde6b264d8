/** The limits that an operator sets. Times in milliseconds, counts in records. */
export interface AuditPolicy {
  /** A heartbeat older than this on the target is worth a warning. */
  readonly heartbeatStaleMs: number;
  /** A heartbeat older than this, with source records waiting, means that MM2 has stopped. */
  readonly mirrorStoppedMs: number;
  /** If the oldest waiting record is older than this while MM2 is alive, the mirror is stalled. */
  readonly mirrorStalledMs: number;
  /** If a failover now may lose more records than this, the flow gets the finding `LOSS_OVER_LIMIT`. */
  readonly maxLossRecords: bigint;
  /** More re-reads than this at the position where MM2 put a group are worth a warning. */
  readonly maxGroupReread: bigint;
  /** Records that one audit may look at to prove lag and mapping, per cluster. */
  readonly probeBudget: number;
}

export const DEFAULT_AUDIT_POLICY: AuditPolicy = {
  heartbeatStaleMs: 15_000,
  mirrorStoppedMs: 30_000,
  mirrorStalledMs: 120_000,
  maxLossRecords: 10_000n,
  maxGroupReread: 100_000n,
  probeBudget: 500,
};
