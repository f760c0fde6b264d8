/** Names of the audit function's environment variables, for the handler that reads and the stack that sets them. */
export const AUDIT_ENVIRONMENT = {
  /** Path of tidemark.yaml inside the function: the configuration layer mounts under /opt. */
  configFile: 'TIDEMARK_CONFIG',
  /** Name of the DynamoDB table that keeps the history. */
  historyTable: 'TIDEMARK_HISTORY_TABLE',
  /** How many groups of a flow get metrics of their own, worst first. */
  groupMetricsLimit: 'TIDEMARK_GROUP_METRICS_LIMIT',
  /**
   * JSON object: name → where Secrets Manager keeps it, `{ "secretsManager": ARN or name, "key"?: key }`. The
   * configuration refers to the name as `{ env: NAME }`, as it does on a laptop; the value itself is in no variable.
   */
  secrets: 'TIDEMARK_SECRETS',
  /** Seconds that a secret is kept before it is read again. */
  secretTtlSeconds: 'TIDEMARK_SECRET_TTL_SECONDS',
  /** Powertools' own name. */
  serviceName: 'POWERTOOLS_SERVICE_NAME',
} as const;

/** Where Lambda mounts a layer, and the file that the configuration layer has there. */
export const CONFIG_FILE_IN_LAMBDA = '/opt/tidemark.yaml';

/**
 * What EventBridge Scheduler sends, as names of the fields. Scheduler fills in its own values where the stack writes
 * its context attributes (EventBridge Scheduler User Guide, "Adding context attributes").
 */
export const AUDIT_EVENT = { scheduledAt: 'scheduledAt', executionId: 'executionId' } as const;
