/**
 * An alarm of the stack: name, metric, condition, and the meaning of missing data. Names are paths, so that a list of
 * alarms sorts by product, flow and subject.
 */
export interface AlarmDefinition {
  /** Last part of the alarm's name. */
  readonly path: string;
  readonly metric: 'LagRecords' | 'HistoryNotRecorded' | 'AuditCompleted';
  readonly statistic: 'Maximum' | 'Sum';
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  /** M of N: datapoints to alarm out of evaluation periods. */
  readonly datapoints: number;
  readonly periods: number;
  /** CloudWatch's setting for missing data. */
  readonly missing: 'ignore' | 'breaching';
  /** Section of docs/runbook.md. */
  readonly section: string;
  readonly description: string;
}

/** Seconds of one alarm period; equal to the schedule's period, so that one datapoint is one audit. */
export const ALARM_PERIOD_SECONDS = 60;

export const ALARMS = {
  lag: {
    path: 'replication-lag',
    metric: 'LagRecords',
    statistic: 'Maximum',
    comparison: 'GreaterThanThreshold',
    datapoints: 3,
    periods: 5,
    // Missing data means unknown lag, which must not reset the alarm. The dead-man alarm pages for missing data.
    missing: 'ignore',
    section: 'audit-lag-alarm',
    description: 'MirrorMaker 2 is behind: the worst partition of the flow lags by more records than the limit.',
  },
  history: {
    path: 'history-not-recorded',
    metric: 'HistoryNotRecorded',
    statistic: 'Maximum',
    comparison: 'GreaterThanThreshold',
    datapoints: 3,
    periods: 5,
    // Without an audit there is nothing to store; the dead-man alarm pages for that.
    missing: 'ignore',
    section: 'history-not-recorded',
    description: 'Audits of the flow are not stored: point-in-time restore has a growing gap.',
  },
  flowDeadMan: {
    path: 'flow-not-audited',
    metric: 'AuditCompleted',
    statistic: 'Sum',
    comparison: 'LessThanThreshold',
    datapoints: 3,
    periods: 3,
    missing: 'breaching',
    section: 'flow-dead-man-alarm',
    description: 'No audit of this flow has completed: its replication is not monitored. Other flows may be.',
  },
  deadMan: {
    path: 'audit-not-completed',
    metric: 'AuditCompleted',
    statistic: 'Sum',
    comparison: 'LessThanThreshold',
    datapoints: 3,
    periods: 3,
    missing: 'breaching',
    section: 'audit-dead-man-alarm',
    description: 'No audit that could judge every flow has completed: the replication is not monitored.',
  },
} as const satisfies Record<string, AlarmDefinition>;

/**
 * `Tidemark-prod/A->B/replication-lag`, or `Tidemark-prod/audit-not-completed` for an alarm that is not about one flow.
 * @param prefix name of the deployment's stack
 * @param flow in printable ASCII
 */
export function alarmName(prefix: string, alarm: AlarmDefinition, flow?: string): string {
  return [prefix, ...(flow === undefined ? [] : [flow]), alarm.path].join('/');
}

/** Link to the section of the runbook that says what to do about an alarm. */
export function alarmRunbook(base: string, alarm: AlarmDefinition): string {
  return `${base}#${alarm.section}`;
}
