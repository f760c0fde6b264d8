import type { StateChange } from '../alarms/alarm-board.ts';
import type { PublishedMessage } from '../sns-endpoint.ts';

const SIGNS = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '<=',
} as const;

/** What an alarm publishes to a topic: the subject as CloudWatch writes it, and why, without its JSON. */
export function alarmNotification(change: StateChange, topic: string): PublishedMessage {
  const { alarm, from, to } = change;
  const dimensions = alarm.Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(' ');
  return {
    topic,
    subject: `${to}: "${alarm.AlarmName}"`,
    message: [
      alarm.AlarmDescription,
      `It was ${from}: ${reasonOf(change)}.`,
      `${alarm.Namespace} ${alarm.MetricName} (${alarm.Statistic}) ${dimensions}`,
    ].join('\n'),
  };
}

function reasonOf({ alarm, to, datapoints }: StateChange): string {
  const { ComparisonOperator, Threshold, DatapointsToAlarm, EvaluationPeriods } = alarm;
  if (to === 'INSUFFICIENT_DATA') return `no data in ${datapoints.length} minutes`;
  const values = datapoints.map((value) => (value === null ? '-' : Number(value.toFixed(1))));
  const limit = `${SIGNS[ComparisonOperator]} ${Threshold}`;
  return `the last minutes had ${values.join(' ')}; the alarm needs ${DatapointsToAlarm} of ${EvaluationPeriods} ${limit}`;
}
