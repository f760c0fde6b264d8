import type { AlarmEvent } from '../alarms/alarm-board.ts';
import type { AlarmDefinition } from '../alarms/alarm-definition.ts';
import type { AlarmState } from '../alarms/alarm-state.ts';
import type { AlarmHistoryItem } from '../cloudwatch-endpoint.ts';
import { reasonOf } from './alarm-notification.ts';

const ACCOUNT = '111122223333';
const REGION = 'local';

/** The state of an alarm that an event leaves. */
export interface LeftState {
  readonly state: AlarmState;
  readonly since: number;
}

/** What CloudWatch gives to a function of an alarm's action (CloudWatch User Guide, "Invoke a Lambda function from an alarm"). */
export function alarmActionEvent(event: AlarmEvent, before: LeftState, at: number): object {
  const { alarm, to, reason } = event;
  const { state, since } = before;
  return {
    source: 'aws.cloudwatch',
    alarmArn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${alarm.AlarmName}`,
    accountId: ACCOUNT,
    time: timestamp(at),
    region: REGION,
    alarmData: {
      alarmName: alarm.AlarmName,
      state: { value: to, reason: reasonOf(reason, to), timestamp: timestamp(at) },
      previousState: {
        value: state,
        reason: state === 'INSUFFICIENT_DATA' ? 'Insufficient Data: the datapoints were unknown.' : 'Threshold Crossed',
        timestamp: timestamp(since),
        ...(event.kind === 'late actions' && { actionsSuppressedBy: 'WaitPeriod' }),
      },
      configuration: configurationOf(alarm),
    },
  };
}

/** How the history of an alarm has a change of its state. */
export function alarmHistoryItem(from: AlarmState, to: AlarmState, at: number): AlarmHistoryItem {
  const data = { version: '1.0', oldState: { stateValue: from }, newState: { stateValue: to } };
  return { Timestamp: at / 1_000, HistoryItemType: 'StateUpdate', HistoryData: JSON.stringify(data) };
}

function configurationOf(alarm: AlarmDefinition): object {
  const { AlarmDescription: description } = alarm;
  if (alarm.kind === 'composite') return { description, alarmRule: JSON.stringify(alarm.rule) };
  const { Namespace: namespace, MetricName: name, Statistic: stat, Period: period } = alarm;
  const dimensions = Object.fromEntries(alarm.Dimensions.map(({ Name, Value }) => [Name, Value]));
  const metric = { namespace, name, dimensions };
  return { description, metrics: [{ id: 'm1', metricStat: { metric, period, stat }, returnData: true }] };
}

/** CloudWatch writes no colon into the offset. */
function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
