/** Severities of findings, worst first: critical pages, warning wants work, info is worth knowing. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export function isAsBadAs(severity: Severity, than: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(than);
}

/**
 * All findings: stable code → severity and runbook section. Version 1 of the contract: add, do not rename. A test
 * compares the sections with docs/runbook.md.
 */
export const FINDINGS = {
  CLUSTER_UNREACHABLE: { severity: 'critical', section: 'cluster-unreachable' },
  SAME_CLUSTER: { severity: 'critical', section: 'same-cluster' },
  ACCESS_REFUSED: { severity: 'critical', section: 'access-refused' },
  MIRROR_STOPPED: { severity: 'critical', section: 'mirror-stopped' },
  MIRROR_STALLED: { severity: 'critical', section: 'mirror-stalled' },
  MIRROR_NEVER_STARTED: { severity: 'critical', section: 'mirror-never-started' },
  LOSS_OVER_LIMIT: { severity: 'critical', section: 'loss-over-limit' },
  SOURCE_TOPIC_RECREATED: { severity: 'critical', section: 'source-topic-recreated' },
  TARGET_TOPIC_RECREATED: { severity: 'critical', section: 'target-topic-recreated' },
  RECORDS_LOST_TO_RETENTION: { severity: 'critical', section: 'records-lost-to-retention' },
  HEAD_NEVER_MIRRORED: { severity: 'critical', section: 'head-never-mirrored' },
  RECORDS_NEVER_MIRRORED: { severity: 'critical', section: 'records-never-mirrored' },
  SOURCE_LOG_CUT: { severity: 'critical', section: 'source-log-cut' },
  TARGET_LOG_CUT: { severity: 'critical', section: 'target-log-cut' },
  SYNC_TOPIC_MISSING: { severity: 'critical', section: 'sync-topic-missing' },
  SYNC_TOPIC_UNREADABLE: { severity: 'critical', section: 'sync-topic-unreadable' },
  POLICY_MISMATCH: { severity: 'critical', section: 'policy-mismatch' },
  TOPIC_NOT_MIRRORED: { severity: 'critical', section: 'topic-not-mirrored' },
  REPLICATION_LOOP: { severity: 'critical', section: 'replication-loop' },
  TARGET_POSITION_SKIPS: { severity: 'critical', section: 'target-position-skips' },
  GROUP_RECORDS_EXPIRED: { severity: 'critical', section: 'group-records-expired' },
  VERIFICATION_REFUTED: { severity: 'critical', section: 'verification-refuted' },
  AUDIT_INCOMPLETE: { severity: 'warning', section: 'audit-incomplete' },
  PARTITIONS_UNREADABLE: { severity: 'warning', section: 'partitions-unreadable' },
  HEARTBEAT_STALE: { severity: 'warning', section: 'heartbeat-stale' },
  CHECKPOINTS_MISSING: { severity: 'warning', section: 'checkpoints-missing' },
  CHECKPOINT_BEHIND: { severity: 'warning', section: 'checkpoint-behind' },
  CHECKPOINT_NEVER_EMITTED: { severity: 'warning', section: 'checkpoint-never-emitted' },
  GROUP_SYNC_REFUSED: { severity: 'warning', section: 'group-sync-refused' },
  FOREIGN_WRITES: { severity: 'warning', section: 'foreign-writes' },
  ABORTED_TRANSACTIONS_MIRRORED: { severity: 'warning', section: 'aborted-transactions-mirrored' },
  PARTITION_COUNT_DIFFERS: { severity: 'warning', section: 'partition-count-differs' },
  GROUP_UNTRANSLATABLE: { severity: 'warning', section: 'group-untranslatable' },
  GROUP_REREADS_MUCH: { severity: 'warning', section: 'group-rereads-much' },
  HISTORY_NOT_RECORDED: { severity: 'warning', section: 'history-not-recorded' },
  TARGET_GROUP_ACTIVE: { severity: 'warning', section: 'target-group-active' },
  RECORDS_UNACCOUNTED: { severity: 'info', section: 'records-unaccounted' },
  SOURCE_TRANSACTION_OPEN: { severity: 'warning', section: 'source-transaction-open' },
  GROUP_SYNC_OFF: { severity: 'info', section: 'group-sync-off' },
  GROUP_AHEAD_OF_REPLICATION: { severity: 'info', section: 'group-ahead-of-replication' },
  RECORDS_DUPLICATED: { severity: 'info', section: 'records-duplicated' },
} as const satisfies Record<string, { severity: Severity; section: string }>;

export type FindingCode = keyof typeof FINDINGS;

/** Link to the finding's runbook section. */
export function runbookLink(code: FindingCode): string {
  return `docs/runbook.md#${FINDINGS[code].section}`;
}
