import type { AlarmEvent, StateReason } from '../alarms/alarm-board.ts';
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { PublishedMessage } from '../sns-endpoint.ts';

const SIGNS = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
  LessThanOrEqualToThreshold: '<=',
} as const;

/** What an alarm publishes to a topic: the subject as CloudWatch writes it, and why, without its JSON. */
export function alarmNotification(event: AlarmEvent, topic: string): PublishedMessage {
  const { alarm, to, reason } = event;
  const before = event.kind === 'change' ? `It was ${event.from}` : 'Its actions were suppressed before';
  return {
    topic,
    subject: `${to}: "${alarm.AlarmName}"`,
    message: [alarm.AlarmDescription, `${before}: ${reasonOf(reason, to)}.`, ...watched(alarm)].join('\n'),
  };
}

function watched(alarm: AlarmDefinition): readonly string[] {
  if (alarm.kind === 'composite') return [];
  const dimensions = alarm.Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(' ');
  return [`${alarm.Namespace} ${alarm.MetricName} (${alarm.Statistic}) ${dimensions}`];
}

/** Why an alarm is in a state. */
export function reasonOf(reason: StateReason, to: string): string {
  switch (reason.kind) {
    case 'states':
      return [...reason.states].map(([name, state]) => `${name} is ${state}`).join(', ');
    case 'datapoints': {
      const { alarm, datapoints } = reason;
      const { ComparisonOperator, Threshold, DatapointsToAlarm, EvaluationPeriods } = alarm;
      if (to === 'INSUFFICIENT_DATA') return `no data in ${datapoints.length} minutes`;
      const values = datapoints.map((value) => (value === null ? '-' : Number(value.toFixed(1))));
      const limit = `${SIGNS[ComparisonOperator]} ${Threshold}`;
      return `the last minutes had ${values.join(' ')}; the alarm needs ${DatapointsToAlarm} of ${EvaluationPeriods} ${limit}`;
    }
  }
}
