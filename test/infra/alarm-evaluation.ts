import type { Template } from 'aws-cdk-lib/assertions';
import { AlarmBoard } from '../../lab/alarms/alarm-board.ts';
import { type AlarmDefinition, alarmsOfTemplate, type MetricAlarm } from '../../lab/alarms/alarm-definition.ts';
import { MetricStore } from '../../lab/alarms/metric-store.ts';
import type { ReceivedDatum } from '../../lab/cloudwatch-endpoint.ts';

/** The alarms of a synthesized template that watch a metric. */
export function alarmsOn(template: Template, metric: string): MetricAlarm[] {
  return metricAlarms(template).filter(({ MetricName }) => MetricName === metric);
}

/** An alarm on a metric of a synthesized template, found by the end of its name. */
export function alarmOf(template: Template, path: string): MetricAlarm {
  const [found, ...others] = metricAlarms(template).filter(({ AlarmName }) => AlarmName.endsWith(path));
  if (found === undefined || others.length > 0) throw new Error(`${others.length} alarms end in ${path}`);
  return found;
}

function metricAlarms(template: Template): MetricAlarm[] {
  return alarmsOfTemplate(template.toJSON()).filter((alarm) => alarm.kind === 'metric');
}

/**
 * What alarms do in periods, oldest first, each with its data: `2 Tidemark-prod/A->B/behind ALARM notifies`.
 * @param alarms each composite one after those on which it depends
 */
export function alarmHistory(
  alarms: readonly AlarmDefinition[],
  periods: readonly (readonly ReceivedDatum[])[],
): readonly string[] {
  const board = new AlarmBoard(alarms);
  const metrics = new MetricStore();
  return periods.flatMap((data, minute) => {
    metrics.add(minute, data);
    return board.evaluate(minute, metrics).map(({ alarm: { AlarmName }, to, actions }) => {
      const notifies = actions.length === 0 || to === 'OK' ? '' : ' notifies';
      return `${minute} ${AlarmName} ${to}${notifies}`;
    });
  });
}

/**
 * Whether an alarm is in ALARM after the given periods, oldest first, each with its data. One whose data ended counts, too,
 * if it has an action for that, and was in another state before.
 */
export function isInAlarm(alarm: MetricAlarm, periods: readonly (readonly ReceivedDatum[])[]): boolean {
  const board = new AlarmBoard([alarm]);
  const metrics = new MetricStore();
  let fires = false;
  for (const [minute, data] of periods.entries()) {
    metrics.add(minute, data);
    for (const { to, actions } of board.evaluate(minute, metrics))
      fires = to === 'ALARM' || (to === 'INSUFFICIENT_DATA' && actions.length > 0);
  }
  return fires;
}
