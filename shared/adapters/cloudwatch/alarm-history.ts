import { type CloudWatchClient, DescribeAlarmHistoryCommand } from '@aws-sdk/client-cloudwatch';
import { TidemarkError } from '../../domain/model/errors.ts';
import type { AlarmClearance } from '../../domain/notify/alarm-clearance.ts';

/** The most that one answer has (API reference, `DescribeAlarmHistory`). More changes say nothing more. */
const MOST_ITEMS = 100;

/**
 * The states that an alarm has left until its change, newest first, by its history.
 * @throws TidemarkError ALARM_HISTORY_UNREAD
 */
export async function statesLeft(
  client: CloudWatchClient,
  { name, kind, at }: Pick<AlarmClearance, 'name' | 'kind' | 'at'>,
): Promise<readonly string[]> {
  try {
    const { AlarmHistoryItems = [] } = await client.send(
      new DescribeAlarmHistoryCommand({
        AlarmName: name,
        AlarmTypes: [kind === 'composite' ? 'CompositeAlarm' : 'MetricAlarm'],
        HistoryItemType: 'StateUpdate',
        EndDate: new Date(at),
        MaxRecords: MOST_ITEMS,
        ScanBy: 'TimestampDescending',
      }),
    );
    return AlarmHistoryItems.map(({ HistoryData }) => stateLeft(HistoryData));
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : 'no answer';
    throw new TidemarkError('ALARM_HISTORY_UNREAD', `CloudWatch does not say the history of ${name} (${why})`, {
      cause,
      retriable: true,
      remedy: 'Allow the function cloudwatch:DescribeAlarmHistory on every resource. Lambda tries again by itself.',
    });
  }
}

/** `unknown` where it does not say it. */
function stateLeft(data: string | undefined): string {
  const state = /"oldState":\s*\{[^}]*?"stateValue":\s*"([A-Z_]+)"/.exec(data ?? '')?.[1];
  return state ?? 'unknown';
}
