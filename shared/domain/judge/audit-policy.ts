import type { FindingCode, Severity } from '../../contract/finding-codes.ts';

/** The limits that an operator sets. Times in milliseconds, counts in records. */
export interface Thresholds {
  /** A heartbeat older than this on the target is worth a warning. */
  readonly heartbeatStaleMs: number;
  /** A heartbeat older than this, and than three heartbeat intervals, means that MM2 has stopped. */
  readonly mirrorStoppedMs: number;
  /** If the oldest waiting record is older than this while MM2 is alive, the mirror is stalled. */
  readonly mirrorStalledMs: number;
  /** If a failover now may lose more records than this, the flow gets the finding `LOSS_OVER_LIMIT`. */
  readonly maxLossRecords: bigint;
  /** More re-reads than this at the position that a group gets in a failover are worth a warning. */
  readonly maxGroupReread: bigint;
  /** Records that one audit may look at per flow and cluster to prove lag and mapping. With 0 it compares none, either. */
  readonly probeBudget: number;
}

/** What a rule makes of the findings that it matches: another severity, or none at all. */
export type RuleSeverity = Severity | 'off';

/** One rule of the configuration. It matches what all its matchers match; an absent matcher matches everything. */
export interface AuditRule {
  readonly finding?: FindingCode;
  /** Globs, as `--group` on the command line. */
  readonly flow?: string;
  /** Of source topics. */
  readonly topic?: string;
  readonly group?: string;
  readonly severity?: RuleSeverity;
  readonly thresholds?: Partial<Thresholds>;
}

/** Whose positions groups get in a failover: those that MM2 left on the target, or those that a restore sets. */
export const FAILOVER_POSITIONS = ['mm2', 'tidemark'] as const;
export type FailoverPositions = (typeof FAILOVER_POSITIONS)[number];

/** The thresholds, and the rules in their order: of those that match, the last one that says something counts. */
export interface AuditPolicy extends Thresholds {
  /** The verdict is about these positions; the others are shown beside them. */
  readonly positions: FailoverPositions;
  readonly rules: readonly AuditRule[];
}

export const DEFAULT_AUDIT_POLICY: AuditPolicy = {
  heartbeatStaleMs: 15_000,
  mirrorStoppedMs: 30_000,
  mirrorStalledMs: 120_000,
  maxLossRecords: 10_000n,
  maxGroupReread: 100_000n,
  probeBudget: 500,
  positions: 'mm2',
  rules: [],
};

/** What a threshold decides, and by what it can differ within a flow. */
interface ThresholdScope {
  readonly findings: readonly FindingCode[];
  readonly by: readonly ('topic' | 'group')[];
}

/** A rule that limits a threshold to another finding, topic or group would have no effect: it is a fault. */
export const THRESHOLD_SCOPES: Readonly<Record<keyof Thresholds, ThresholdScope>> = {
  heartbeatStaleMs: { findings: ['HEARTBEAT_STALE'], by: [] },
  mirrorStoppedMs: { findings: ['MIRROR_STOPPED'], by: [] },
  mirrorStalledMs: { findings: ['MIRROR_STALLED', 'SOURCE_TRANSACTION_OPEN'], by: ['topic'] },
  maxLossRecords: { findings: ['LOSS_OVER_LIMIT'], by: [] },
  maxGroupReread: { findings: ['GROUP_REREADS_MUCH'], by: ['topic', 'group'] },
  probeBudget: { findings: [], by: [] },
};
