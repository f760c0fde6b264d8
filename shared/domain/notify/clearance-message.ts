import type { AlarmClearance } from './alarm-clearance.ts';
import { mailSubject } from './mail-page.ts';

/** What a topic sends: a mail to people, JSON to everything else. */
export interface TopicMessage {
  readonly subject: string;
  readonly mail: string;
  readonly json: string;
}

/**
 * The message of an alarm that is OK again, in the form in which CloudWatch publishes by itself: receivers that know alarms by
 * their JSON close what they opened for it.
 */
export function clearanceMessage(clearance: AlarmClearance): TopicMessage {
  const { name, arn, description, account, region, reason, at, before } = clearance;
  const mail = [
    `${name} is OK.`,
    '',
    description,
    '',
    `Before: ${before.state} since ${timestamp(before.since)}: ${before.reason}`,
    `Now: OK since ${timestamp(at)}: ${reason}`,
    '',
  ].join('\n');
  const json = JSON.stringify({
    AlarmName: name,
    AlarmDescription: description,
    AWSAccountId: account,
    NewStateValue: 'OK',
    NewStateReason: reason,
    StateChangeTime: timestamp(at),
    Region: region,
    AlarmArn: arn,
    OldStateValue: before.state,
    Trigger: trigger(clearance.configuration),
  });
  return { subject: mailSubject(`OK: "${name}" in ${region}`), mail, json };
}

/** CloudWatch writes times so, in JSON too. */
function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

/** The metric of an alarm by the names that messages of alarms have; nothing for a composite alarm. */
function trigger(configuration: unknown): object {
  const stat = first(field(configuration, 'metrics'));
  const metricStat = field(stat, 'metricStat');
  const metric = field(metricStat, 'metric');
  if (metric === undefined) return {};
  return {
    MetricName: field(metric, 'name'),
    Namespace: field(metric, 'namespace'),
    Statistic: field(metricStat, 'stat'),
    Period: field(metricStat, 'period'),
    Dimensions: Object.entries(field(metric, 'dimensions') ?? {}).map(([name, value]) => ({ name, value })),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}
