import {
  ALARM_PERIOD_SECONDS,
  ALARMS,
  type AlarmDefinition,
  type AlarmLimit,
  alarmRunbook,
} from '../../shared/contract/alarms.ts';
import { type DimensionName, METRICS, type MetricDefinition } from '../../shared/contract/metrics.ts';
import { prometheusName } from '../../shared/contract/prometheus-names.ts';
import type { Settings } from '../settings.ts';

/** One rule of a group, as Prometheus reads it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export type AlertLimits = Pick<Settings, AlarmLimit | 'runbookUrl'>;

/** The alarm on AWS's queue of failed invocations: `tidemark serve` has none. */
const WITHOUT_RULE: readonly string[] = ['failures'];

/**
 * The alarms of `shared/contract/alarms.ts` as rules, with the same limits, M of N and meaning of missing data. Prometheus forgets
 * what CloudWatch keeps: an alert ends when its expression has no value. So each expression also asks `ALERTS` whether it fires.
 * @param periodSeconds the time of one datapoint: audits, scrapes and evaluations are at least as frequent
 */
export function alertRules(limits: AlertLimits, periodSeconds: number = ALARM_PERIOD_SECONDS): readonly AlertRule[] {
  return Object.entries<AlarmDefinition>(ALARMS)
    .filter(([key]) => !WITHOUT_RULE.includes(key))
    .map(([, alarm]) => ({
      alert: alertName(alarm),
      expr: expressionOf(alarm, limits, periodSeconds),
      labels: { severity: alarm.urgency },
      annotations: {
        summary: `${alarm.description}${isOfFlow(alarm) ? ' Flow: {{ $labels.flow }}' : ''}`,
        runbook_url: alarmRunbook(limits.runbookUrl, alarm),
      },
    }));
}

/** `replication-lag` → `TidemarkReplicationLag`. */
export function alertName({ path }: AlarmDefinition): string {
  return `Tidemark${path.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}`;
}

function expressionOf(alarm: AlarmDefinition, limits: AlertLimits, periodSeconds: number): string {
  const by = isOfFlow(alarm) ? 'job, flow' : 'job';
  const { comparison, datapoints, periods, threshold, missing } = alarm;
  const limit = typeof threshold === 'number' ? threshold : limits[threshold];
  const window = `[${periods * periodSeconds}s:${periodSeconds}s]`;
  // The worst flow decides what is about all of them.
  const value = `${comparison === 'LessThanThreshold' ? 'min' : 'max'} by (${by}) (${seriesOf(alarm)})`;
  const [bad, good] = comparison === 'LessThanThreshold' ? ['<', '>='] : ['>', '<='];
  const firing = `max by (${by}) (ALERTS{alertname="${alertName(alarm)}", alertstate="firing"})`;
  const answers = 'max by (job) (tidemark_audit_interval_seconds)';
  return [
    `count_over_time((${value} ${bad} ${limit})${window}) >= ${datapoints}`,
    // Unknown must not reset it: only enough good numbers do, or that a server that answers no longer has the flow.
    'or',
    `(${firing}`,
    `  unless on (${by}) count_over_time((${value} ${good} ${limit})${window}) >= ${periods - datapoints + 1}`,
    ...(by === 'job'
      ? [')']
      : [`  unless on (${by}) (${firing} and on (job) ${answers} unless on (${by}) ${COMPLETED}))`]),
    ...(missing === 'missing' ? missingFires(by, value, answers, window) : []),
  ].join('\n');
}

const COMPLETED = 'max by (job, flow) (tidemark_audit_completed)';

/** Fires if there was something in the last hour, and is no longer: not before the first data, as in CloudWatch. */
function missingFires(by: string, value: string, answers: string, window: string): string[] {
  return [
    'or',
    `(max by (${by}) (last_over_time(tidemark_audit_completed[1h]))`,
    `  unless on (${by}) count_over_time((${value})${window})`,
    // A server that answers has a number for each of its flows: the others were removed.
    ...(by === 'job' ? [')'] : [`  unless on (job) count_over_time((${answers})${window}))`]),
  ];
}

function seriesOf({ metric, statistic, verdict }: AlarmDefinition): string {
  if (metric === 'Duration') return 'tidemark_audit_duration_seconds';
  if (metric === 'ApproximateNumberOfMessagesVisible') throw new Error('tidemark serve has no queue of failures');
  const dimensions: DimensionName[] = verdict === undefined ? ['Flow'] : ['Flow', 'Verdict'];
  const definition: MetricDefinition = METRICS[metric];
  const name = prometheusName(metric, definition, statistic, dimensions);
  return verdict === undefined ? name : `${name}{verdict="${verdict}"}`;
}

function isOfFlow({ about }: AlarmDefinition): boolean {
  return about !== 'deployment';
}
