import type { Template } from 'aws-cdk-lib/assertions';
import { AlarmBoard } from '../../lab/alarms/alarm-board.ts';
import { alarmsOfTemplate, type MetricAlarm } from '../../lab/alarms/alarm-definition.ts';
import { MetricStore } from '../../lab/alarms/metric-store.ts';

/** An alarm of a flow that notified somebody. */
export interface Notified {
  /** The first one is 1. */
  readonly minute: number;
  /** Last part of the alarm's name. */
  readonly path: string;
  readonly state: string;
}

/**
 * Plays all alarms of a synthesized template.
 * @param minutes the metrics of the flow in each minute; a verdict is named by itself
 * @param without metrics that are not published
 * @param others metrics of other flows in every minute
 * @returns what the alarms of the flow notified
 */
export function playAlarms(
  template: Template,
  flow: string,
  minutes: readonly Readonly<Record<string, number>>[],
  without: readonly string[] = [],
  others: Readonly<Record<string, Readonly<Record<string, number>>>> = {},
): readonly Notified[] {
  const alarms = alarmsOfTemplate(template.toJSON());
  const board = new AlarmBoard(alarms);
  const store = new MetricStore();
  return minutes.flatMap((metrics, index) => {
    const minute = index + 1;
    for (const alarm of alarms) {
      if (alarm.kind !== 'metric') continue;
      const own = dimension(alarm, 'Flow');
      const ofFlow = own === flow ? metrics : others[own ?? ''];
      const value = ofFlow?.[dimension(alarm, 'Verdict') ?? alarm.MetricName];
      if (value === undefined || without.includes(alarm.MetricName)) continue;
      store.add(minute, [{ ...alarm, Values: [value], Counts: [1] }]);
    }
    return board.evaluate(minute, store).flatMap(({ alarm, to, actions }) => {
      const [, of, path = ''] = alarm.AlarmName.split('/');
      return of === flow && actions.length > 0 ? [{ minute, path, state: to }] : [];
    });
  });
}

function dimension({ Dimensions }: Pick<MetricAlarm, 'Dimensions'>, name: string): string | undefined {
  return Dimensions.find(({ Name }) => Name === name)?.Value;
}
