/** Names of the audit function's environment variables. The stack sets them, the handler reads them. */
export const AUDIT_ENVIRONMENT = {
  /** Name of the deployment, which every metric carries. */
  deployment: 'TIDEMARK_DEPLOYMENT',
  /** Path of tidemark.yaml inside the function: the configuration layer mounts under /opt. */
  configFile: 'TIDEMARK_CONFIG',
  /** Name of the DynamoDB table that stores the history. */
  historyTable: 'TIDEMARK_HISTORY_TABLE',
  /** The most groups per flow that get their own metrics in one hour. */
  groupMetricsLimit: 'TIDEMARK_GROUP_METRICS_LIMIT',
  /** Which part of the flows this function audits: `2/4` is the second of four. */
  part: 'TIDEMARK_PART',
  /**
   * JSON object: name → location in Secrets Manager, `{ "secretsManager": ARN or name, "key"?: key }`. The
   * configuration refers to the name as `{ env: NAME }`, as on a laptop. No variable holds the value itself.
   */
  secrets: 'TIDEMARK_SECRETS',
  /** How long the function caches a secret, in seconds. */
  secretTtlSeconds: 'TIDEMARK_SECRET_TTL_SECONDS',
  /**
   * JSON object: name of clients → `{ primary, secondary }`, the aliases of the clusters that its failover record pair leads
   * to. Absent where another function publishes them.
   */
  names: 'TIDEMARK_NAMES',
  /** Defined by Node. */
  nodeOptions: 'NODE_OPTIONS',
  /** Defined by Powertools. */
  serviceName: 'POWERTOOLS_SERVICE_NAME',
} as const;

/** Names of the notify function's environment variables. */
export const NOTIFY_ENVIRONMENT = {
  /** Name of the table that remembers which pages were sent: that of the history. */
  historyTable: AUDIT_ENVIRONMENT.historyTable,
  /** Where on-call can read docs/runbook.md. */
  runbookUrl: 'TIDEMARK_RUNBOOK_URL',
  /** The least severity that pages. */
  least: 'TIDEMARK_PAGE_SEVERITY',
  /** JSON object: `slack` and `webhook` → location of the URL in Secrets Manager. No variable holds the URL itself. */
  secrets: 'TIDEMARK_PAGE_SECRETS',
  /** ARN of the SNS topic that sends mails; absent if none does. */
  mailTopic: 'TIDEMARK_PAGE_TOPIC',
  serviceName: AUDIT_ENVIRONMENT.serviceName,
} as const;

/** Names of the environment variables of the function that tells that an alarm is over. */
export const ALARM_CLEARED_ENVIRONMENT = {
  /** ARN of the topic of the alarm. */
  topic: 'TIDEMARK_ALARM_TOPIC',
  serviceName: AUDIT_ENVIRONMENT.serviceName,
} as const;

/** Names of the environment variables of the functions that carry failovers out, and of the one by which people control them. */
export const FAILOVER_ENVIRONMENT = {
  deployment: AUDIT_ENVIRONMENT.deployment,
  configFile: AUDIT_ENVIRONMENT.configFile,
  historyTable: AUDIT_ENVIRONMENT.historyTable,
  secrets: AUDIT_ENVIRONMENT.secrets,
  secretTtlSeconds: AUDIT_ENVIRONMENT.secretTtlSeconds,
  /** JSON array: names to which the configuration refers, and which this function's step does not need and may not read. */
  withheldSecrets: 'TIDEMARK_WITHHELD_SECRETS',
  /** How long an assessment can be approved, in seconds. */
  approvalSeconds: 'TIDEMARK_APPROVAL_SECONDS',
  serviceName: AUDIT_ENVIRONMENT.serviceName,
} as const;

/** Names of the environment variables of the functions behind links that approve: the one that sends them, and their page. */
export const APPROVAL_LINK_ENVIRONMENT = {
  deployment: AUDIT_ENVIRONMENT.deployment,
  historyTable: AUDIT_ENVIRONMENT.historyTable,
  /** ARN of the secret that signs links. No variable holds the key itself. */
  key: 'TIDEMARK_LINK_KEY',
  /** Where the page is. */
  page: 'TIDEMARK_LINK_PAGE',
  secrets: NOTIFY_ENVIRONMENT.secrets,
  mailTopic: NOTIFY_ENVIRONMENT.mailTopic,
  serviceName: AUDIT_ENVIRONMENT.serviceName,
} as const;

/** Names of the environment variables of the function that seals evidence. */
export const SEAL_ENVIRONMENT = {
  historyTable: AUDIT_ENVIRONMENT.historyTable,
  /** Name of the bucket with Object Lock. */
  bucket: 'TIDEMARK_EVIDENCE_BUCKET',
  /** ARN of the KMS key. */
  signingKey: 'TIDEMARK_SIGNING_KEY',
  serviceName: AUDIT_ENVIRONMENT.serviceName,
} as const;

/** Path of the configuration file: Lambda mounts layers under /opt. */
export const CONFIG_FILE_IN_LAMBDA = '/opt/tidemark.yaml';

/**
 * Field names of the event that EventBridge Scheduler sends. Scheduler replaces the context attributes that the stack
 * writes with its own values (EventBridge Scheduler User Guide, "Adding context attributes").
 */
export const AUDIT_EVENT = { scheduledAt: 'scheduledAt', executionId: 'executionId' } as const;
