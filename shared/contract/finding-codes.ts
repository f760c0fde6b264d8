/** Severities of findings, worst first: critical pages, warning wants work, info is worth knowing. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export function isAsBadAs(severity: Severity, than: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(than);
}

/**
 * What a finding is about: the part of its subject that does not change while it is open. A finding about a topic or a
 * group also names its worst partition, which changes from audit to audit.
 */
export type FindingScope = 'flow' | 'cluster' | 'source-topic' | 'target-topic' | 'group';

/**
 * All findings: stable code → severity, scope and runbook section. Version 1 of the contract: add, do not rename. A test
 * compares the sections with docs/runbook.md.
 */
export const FINDINGS = {
  CLUSTER_UNREACHABLE: { severity: 'critical', about: 'cluster', section: 'cluster-unreachable' },
  SAME_CLUSTER: { severity: 'critical', about: 'flow', section: 'same-cluster' },
  ACCESS_REFUSED: { severity: 'critical', about: 'cluster', section: 'access-refused' },
  MIRROR_STOPPED: { severity: 'critical', about: 'flow', section: 'mirror-stopped' },
  MIRROR_STALLED: { severity: 'critical', about: 'source-topic', section: 'mirror-stalled' },
  MIRROR_TASK_FAILED: { severity: 'critical', about: 'flow', section: 'mirror-task-failed' },
  MIRROR_WRITES_NOTHING: { severity: 'warning', about: 'flow', section: 'mirror-writes-nothing' },
  MIRROR_BATCHES_FULL: { severity: 'info', about: 'flow', section: 'mirror-batches-full' },
  MIRROR_NEVER_STARTED: { severity: 'critical', about: 'flow', section: 'mirror-never-started' },
  LOSS_OVER_LIMIT: { severity: 'critical', about: 'flow', section: 'loss-over-limit' },
  SOURCE_TOPIC_RECREATED: { severity: 'critical', about: 'source-topic', section: 'source-topic-recreated' },
  TARGET_TOPIC_RECREATED: { severity: 'critical', about: 'target-topic', section: 'target-topic-recreated' },
  RECORDS_LOST_TO_RETENTION: { severity: 'critical', about: 'source-topic', section: 'records-lost-to-retention' },
  HEAD_NEVER_MIRRORED: { severity: 'critical', about: 'source-topic', section: 'head-never-mirrored' },
  RECORDS_NEVER_MIRRORED: { severity: 'critical', about: 'source-topic', section: 'records-never-mirrored' },
  SOURCE_LOG_CUT: { severity: 'critical', about: 'source-topic', section: 'source-log-cut' },
  TARGET_LOG_CUT: { severity: 'critical', about: 'target-topic', section: 'target-log-cut' },
  SYNC_TOPIC_MISSING: { severity: 'critical', about: 'flow', section: 'sync-topic-missing' },
  SYNC_TOPIC_UNREADABLE: { severity: 'critical', about: 'flow', section: 'sync-topic-unreadable' },
  POLICY_MISMATCH: { severity: 'critical', about: 'source-topic', section: 'policy-mismatch' },
  TOPIC_NOT_MIRRORED: { severity: 'critical', about: 'source-topic', section: 'topic-not-mirrored' },
  REPLICATION_LOOP: { severity: 'critical', about: 'flow', section: 'replication-loop' },
  TARGET_POSITION_SKIPS: { severity: 'critical', about: 'group', section: 'target-position-skips' },
  GROUP_RECORDS_EXPIRED: { severity: 'critical', about: 'group', section: 'group-records-expired' },
  VERIFICATION_REFUTED: { severity: 'critical', about: 'source-topic', section: 'verification-refuted' },
  AUDIT_INCOMPLETE: { severity: 'warning', about: 'flow', section: 'audit-incomplete' },
  PARTITIONS_UNREADABLE: { severity: 'warning', about: 'source-topic', section: 'partitions-unreadable' },
  HEARTBEAT_STALE: { severity: 'warning', about: 'flow', section: 'heartbeat-stale' },
  CHECKPOINTS_MISSING: { severity: 'warning', about: 'flow', section: 'checkpoints-missing' },
  CHECKPOINT_BEHIND: { severity: 'warning', about: 'group', section: 'checkpoint-behind' },
  CHECKPOINT_NEVER_EMITTED: { severity: 'warning', about: 'group', section: 'checkpoint-never-emitted' },
  GROUP_SYNC_REFUSED: { severity: 'warning', about: 'group', section: 'group-sync-refused' },
  FOREIGN_WRITES: { severity: 'warning', about: 'target-topic', section: 'foreign-writes' },
  ABORTED_TRANSACTIONS_MIRRORED: {
    severity: 'warning',
    about: 'source-topic',
    section: 'aborted-transactions-mirrored',
  },
  PARTITION_COUNT_DIFFERS: { severity: 'warning', about: 'source-topic', section: 'partition-count-differs' },
  GROUP_UNTRANSLATABLE: { severity: 'warning', about: 'group', section: 'group-untranslatable' },
  GROUP_REREADS_MUCH: { severity: 'warning', about: 'group', section: 'group-rereads-much' },
  HISTORY_NOT_RECORDED: { severity: 'warning', about: 'flow', section: 'history-not-recorded' },
  TARGET_GROUP_ACTIVE: { severity: 'warning', about: 'group', section: 'target-group-active' },
  RECORDS_UNACCOUNTED: { severity: 'info', about: 'source-topic', section: 'records-unaccounted' },
  SOURCE_TRANSACTION_OPEN: { severity: 'warning', about: 'source-topic', section: 'source-transaction-open' },
  GROUP_SYNC_OFF: { severity: 'info', about: 'flow', section: 'group-sync-off' },
  GROUP_AHEAD_OF_REPLICATION: { severity: 'info', about: 'group', section: 'group-ahead-of-replication' },
  RECORDS_DUPLICATED: { severity: 'info', about: 'target-topic', section: 'records-duplicated' },
  ACKNOWLEDGEMENTS_UNREADABLE: { severity: 'info', about: 'flow', section: 'acknowledgements-unreadable' },
} as const satisfies Record<string, { severity: Severity; about: FindingScope; section: string }>;

export type FindingCode = keyof typeof FINDINGS;

export const FINDING_CODES = Object.keys(FINDINGS) as readonly FindingCode[];

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDINGS, text);
}

/** Link to the finding's runbook section. */
export function runbookLink(code: FindingCode): string {
  return `docs/runbook.md#${FINDINGS[code].section}`;
}
