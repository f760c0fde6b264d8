import type { Template } from 'aws-cdk-lib/assertions';
import { AlarmBoard } from '../../lab/alarms/alarm-board.ts';
import { alarmsOfTemplate, type MetricAlarm } from '../../lab/alarms/alarm-definition.ts';
import { MetricStore } from '../../lab/alarms/metric-store.ts';

/** The metrics of a minute; several numbers are several samples. */
export type MinuteMetrics = Readonly<Record<string, number | readonly number[]>>;

/** An alarm that notified somebody. */
export interface Notified {
  /** The first one is 1. */
  readonly minute: number;
  /** Last part of the alarm's name. */
  readonly path: string;
  readonly state: string;
}

/**
 * Plays all alarms of a synthesized template.
 * @param flow undefined for what is about no flow alone
 * @param minutes the metrics of the flow in each minute; a verdict is named by itself
 * @param without metrics that are not published
 * @param others metrics of other flows in every minute
 * @returns what the alarms of the flow notified
 */
export function playAlarms(
  template: Template,
  flow: string | undefined,
  minutes: readonly MinuteMetrics[],
  without: readonly string[] = [],
  others: Readonly<Record<string, MinuteMetrics>> = {},
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
      const values = [value].flat();
      store.add(minute, [{ ...alarm, Values: values, Counts: values.map(() => 1) }]);
    }
    return board.evaluate(minute, store).flatMap(({ alarm, to, actions }) => {
      const [, ...names] = alarm.AlarmName.split('/');
      const path = names.pop() ?? '';
      return names[0] === flow && actions.length > 0 ? [{ minute, path, state: to }] : [];
    });
  });
}

function dimension({ Dimensions }: Pick<MetricAlarm, 'Dimensions'>, name: string): string | undefined {
  return Dimensions.find(({ Name }) => Name === name)?.Value;
}
