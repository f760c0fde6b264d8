import type { MetricName } from './metrics.ts';

/** Metrics of AWS's own, which alarms watch beside those of Tidemark. */
export const AWS_METRICS = {
  Duration: 'AWS/Lambda',
  ApproximateNumberOfMessagesVisible: 'AWS/SQS',
} as const;

/** Limits in the settings that alarms compare with. */
export type AlarmLimit =
  | 'maxLagRecords'
  | 'maxLossSeconds'
  | 'maxLossRecords'
  | 'maxUnknownPercent'
  | 'maxGroupsRereading'
  | 'maxGroupsUntranslatable'
  | 'maxCheckpointFindings'
  | 'maxMappingAgeSeconds'
  | 'maxCheckpointAgeSeconds'
  | 'maxAuditSeconds';

/**
 * An alarm of the stack: name, metric, condition, and the meaning of missing data. Names are paths, so that a list of
 * alarms sorts by product, flow and subject.
 */
export interface AlarmDefinition {
  /** Last part of the alarm's name. */
  readonly path: string;
  /**
   * What it is about: one flow; one flow, or all together where the alarms of each do not fit into a stack; or the whole
   * deployment.
   */
  readonly about: 'flow' | 'flow-or-all' | 'deployment';
  /** A page wakes somebody up; a ticket waits for working hours. */
  readonly urgency: 'page' | 'ticket';
  readonly metric: MetricName | keyof typeof AWS_METRICS;
  /** Value of the dimension `Verdict`, of the metric that has it. */
  readonly verdict?: 'not-ready';
  readonly statistic: 'Maximum' | 'Sum';
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  /** A number, or the setting that has it. */
  readonly threshold: number | AlarmLimit;
  /**
   * What it means if several functions share the flows: one such alarm for each, or one whose threshold is that of one
   * function times their number. If absent, there is one for all.
   */
  readonly perFunction?: 'alarm' | 'threshold';
  /** M of N: datapoints to alarm out of evaluation periods. */
  readonly datapoints: number;
  readonly periods: number;
  /**
   * CloudWatch's setting for missing data. With `missing` the state becomes INSUFFICIENT_DATA, which then notifies as
   * ALARM does. A new alarm is in that state from the start and notifies only changes: no page before the first data.
   */
  readonly missing: 'ignore' | 'missing';
  /** Section of docs/runbook.md. */
  readonly section: string;
  readonly description: string;
}

/** Seconds of one alarm period; equal to the schedule's period, so that one datapoint is one audit. */
export const ALARM_PERIOD_SECONDS = 60;

/** Missing data means unknown, which must not reset an alarm. The dead-man alarms notice missing audits. */
const OF_AUDITS = {
  about: 'flow-or-all',
  statistic: 'Maximum',
  comparison: 'GreaterThanThreshold',
  datapoints: 3,
  periods: 5,
  missing: 'ignore',
} as const;

const DEAD_MAN = {
  urgency: 'page',
  metric: 'AuditCompleted',
  statistic: 'Sum',
  comparison: 'LessThanThreshold',
  threshold: 1,
  datapoints: 3,
  periods: 3,
  missing: 'missing',
} as const;

export const ALARMS = {
  lag: {
    ...OF_AUDITS,
    path: 'replication-lag',
    urgency: 'page',
    metric: 'LagRecords',
    threshold: 'maxLagRecords',
    section: 'audit-lag-alarm',
    description: 'MirrorMaker 2 is behind: the worst partition lags by more records than the limit.',
  },
  lossSeconds: {
    ...OF_AUDITS,
    path: 'loss-over-seconds',
    urgency: 'page',
    metric: 'LossSeconds',
    threshold: 'maxLossSeconds',
    section: 'loss-alarm',
    description: 'The oldest record that a failover now loses is older than the recovery point objective.',
  },
  lossRecords: {
    ...OF_AUDITS,
    path: 'loss-over-records',
    urgency: 'page',
    metric: 'LossRecords',
    threshold: 'maxLossRecords',
    section: 'loss-alarm',
    description: 'A failover now loses more records than the limit.',
  },
  notReady: {
    ...OF_AUDITS,
    path: 'not-ready',
    urgency: 'page',
    metric: 'Verdict',
    verdict: 'not-ready',
    threshold: 0,
    section: 'not-ready-alarm',
    description: 'The audits find critical faults: a failover now would go wrong.',
  },
  unknown: {
    ...OF_AUDITS,
    path: 'lag-unknown',
    urgency: 'page',
    metric: 'LagUnknownShare',
    threshold: 'maxUnknownPercent',
    section: 'lag-unknown-alarm',
    description: 'The lag of too many partitions is unknown, so the lag alarm does not cover them.',
  },
  notRunning: {
    ...OF_AUDITS,
    path: 'mirror-not-running',
    urgency: 'page',
    metric: 'MirrorNotRunning',
    threshold: 0,
    section: 'mirror-not-running-alarm',
    description: 'MirrorMaker 2 does not mirror: it has stopped, was never started, or a connector or task has failed.',
  },
  groupsSkip: {
    ...OF_AUDITS,
    path: 'groups-skip',
    urgency: 'page',
    metric: 'GroupsSkipping',
    threshold: 0,
    section: 'groups-skip-alarm',
    description: 'A failover now makes consumer groups skip records.',
  },
  groupsReread: {
    ...OF_AUDITS,
    path: 'groups-reread',
    urgency: 'ticket',
    metric: 'GroupsRereading',
    threshold: 'maxGroupsRereading',
    section: 'group-rereads-much',
    description: 'A failover now makes too many consumer groups read many records twice.',
  },
  groupsUntranslatable: {
    ...OF_AUDITS,
    path: 'groups-untranslatable',
    urgency: 'ticket',
    metric: 'GroupsUntranslatable',
    threshold: 'maxGroupsUntranslatable',
    section: 'group-untranslatable',
    description: 'No position on the target is known for too many consumer groups.',
  },
  checkpoints: {
    ...OF_AUDITS,
    path: 'checkpoints-behind',
    urgency: 'ticket',
    metric: 'CheckpointsBehind',
    threshold: 'maxCheckpointFindings',
    section: 'checkpoints-alarm',
    description: 'Checkpoints of MirrorMaker 2 are missing or too old.',
  },
  mappingAge: {
    ...OF_AUDITS,
    path: 'mapping-old',
    urgency: 'ticket',
    metric: 'MappingAge',
    threshold: 'maxMappingAgeSeconds',
    section: 'mapping-age-alarm',
    description: 'MirrorMaker 2 mirrors records and no longer writes their offset syncs.',
  },
  checkpointAge: {
    ...OF_AUDITS,
    path: 'checkpoints-old',
    urgency: 'ticket',
    metric: 'CheckpointAge',
    threshold: 'maxCheckpointAgeSeconds',
    section: 'checkpoint-age-alarm',
    description: 'MirrorMaker 2 has not written a checkpoint that its own offset syncs allow.',
  },
  history: {
    ...OF_AUDITS,
    path: 'history-not-recorded',
    urgency: 'page',
    metric: 'HistoryNotRecorded',
    threshold: 0,
    section: 'history-not-recorded',
    description: 'Audits are not stored: point-in-time restore has a growing gap.',
  },
  flowDeadMan: {
    ...DEAD_MAN,
    path: 'flow-not-audited',
    about: 'flow',
    section: 'flow-dead-man-alarm',
    description: 'No audit of this flow has completed: its replication is not monitored. Other flows may be.',
  },
  deadMan: {
    ...DEAD_MAN,
    path: 'audit-not-completed',
    about: 'deployment',
    // Each function adds its heartbeat to the sum.
    perFunction: 'threshold',
    section: 'audit-dead-man-alarm',
    description: 'No audit that could judge every flow has completed: the replication is not monitored.',
  },
  slow: {
    path: 'audit-slow',
    about: 'deployment',
    perFunction: 'alarm',
    urgency: 'ticket',
    metric: 'Duration',
    statistic: 'Maximum',
    comparison: 'GreaterThanThreshold',
    threshold: 'maxAuditSeconds',
    datapoints: 3,
    periods: 5,
    // Without an audit there is no duration; the dead-man alarm pages for that.
    missing: 'ignore',
    section: 'audit-slow-alarm',
    description: 'Audits take almost as long as the time between two of them.',
  },
  failures: {
    path: 'failures-waiting',
    about: 'deployment',
    urgency: 'ticket',
    metric: 'ApproximateNumberOfMessagesVisible',
    statistic: 'Maximum',
    comparison: 'GreaterThanThreshold',
    threshold: 0,
    datapoints: 1,
    periods: 1,
    // SQS stops counting a queue that nobody uses. What is in it is still there.
    missing: 'ignore',
    section: 'failures-waiting-alarm',
    description: 'An audit or a page failed: its invocation waits in the queue of failures.',
  },
} as const satisfies Record<string, AlarmDefinition>;

/**
 * An alarm on the states of other alarms, which notifies in their place: once for all of them, and not while the alarm of
 * their cause has notified. It is there only where each flow has alarms of its own, because the cause in one flow says
 * nothing of another one.
 */
export interface CompositeAlarmDefinition {
  /** Last part of the alarm's name. */
  readonly path: string;
  readonly urgency: 'page';
  /** It is in ALARM while one of these is. They notify nobody themselves. */
  readonly anyOf: readonly AlarmKey[];
  /** Its notifications wait while this one is in ALARM; this one notifies by itself. */
  readonly cause: AlarmKey;
  /** Section of docs/runbook.md. */
  readonly section: string;
  readonly description: string;
}

export type AlarmKey = keyof typeof ALARMS;

/**
 * How long a notification waits for the alarm of its cause. Both follow from the same audits, but a low limit of lag can be
 * passed before MM2 counts as stopped.
 */
export const CAUSE_WAIT_SECONDS = 120;

/** How long MM2 may take to mirror what has waited, after the alarm of the cause is over. */
export const CATCH_UP_SECONDS = 300;

export const COMPOSITE_ALARMS = {
  behind: {
    path: 'behind',
    urgency: 'page',
    anyOf: ['lag', 'lossSeconds', 'lossRecords'],
    cause: 'notRunning',
    section: 'behind-alarm',
    description: 'MirrorMaker 2 runs and is behind: a limit of the lag or of the loss is passed.',
  },
  wouldFail: {
    path: 'failover-would-fail',
    urgency: 'page',
    anyOf: ['notReady'],
    cause: 'notRunning',
    section: 'not-ready-alarm',
    description: 'MirrorMaker 2 runs, and the audits find critical faults: a failover now would go wrong.',
  },
} as const satisfies Record<string, CompositeAlarmDefinition>;

/** The composite alarm that notifies in place of this one. */
export function notifiedBy(key: AlarmKey): CompositeAlarmDefinition | null {
  const composites = Object.values<CompositeAlarmDefinition>(COMPOSITE_ALARMS);
  return composites.find(({ anyOf }) => anyOf.includes(key)) ?? null;
}

/** A stack has at most 500 resources. The other ones, and room for more, need the rest. */
const MOST_ALARMS = 400;

/**
 * Whether the alarms of each flow would not fit into a stack. Each flow then keeps its dead-man alarm, and the others
 * watch the metrics of all flows together, which are published only then. Each of them notifies by itself.
 */
export function alarmsAreTogether(flows: number): boolean {
  const all = Object.values<AlarmDefinition>(ALARMS);
  const ofFlow = all.filter(({ about }) => about !== 'deployment').length + Object.keys(COMPOSITE_ALARMS).length;
  return all.length + flows * ofFlow > MOST_ALARMS;
}

/**
 * `Tidemark-prod/A->B/replication-lag`, or `Tidemark-prod/audit-not-completed` for an alarm that is not about one flow.
 * @param prefix name of the deployment's stack
 * @param flow in printable ASCII
 */
export function alarmName(prefix: string, alarm: Pick<AlarmDefinition, 'path'>, flow?: string): string {
  return [prefix, ...(flow === undefined ? [] : [flow]), alarm.path].join('/');
}

/** Link to the section of the runbook that says what to do about an alarm. */
export function alarmRunbook(base: string, alarm: Pick<AlarmDefinition, 'section'>): string {
  return `${base}#${alarm.section}`;
}
