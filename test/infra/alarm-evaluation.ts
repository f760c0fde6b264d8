import type { Template } from 'aws-cdk-lib/assertions';
import { AlarmBoard } from '../../lab/alarms/alarm-board.ts';
import { type AlarmDefinition, alarmsOfTemplate } from '../../lab/alarms/alarm-definition.ts';
import { MetricStore } from '../../lab/alarms/metric-store.ts';
import type { ReceivedDatum } from '../../lab/cloudwatch-endpoint.ts';

/** The alarms of a synthesized template that watch a metric. */
export function alarmsOn(template: Template, metric: string): AlarmDefinition[] {
  return alarmsOfTemplate(template.toJSON()).filter(({ MetricName }) => MetricName === metric);
}

/** An alarm of a synthesized template, found by the end of its name. */
export function alarmOf(template: Template, path: string): AlarmDefinition {
  const [found, ...others] = alarmsOfTemplate(template.toJSON()).filter(({ AlarmName }) => AlarmName.endsWith(path));
  if (found === undefined || others.length > 0) throw new Error(`${others.length} alarms end in ${path}`);
  return found;
}

/**
 * Whether an alarm has notified somebody and not cleared after the given periods, oldest first, each with its data. An
 * alarm whose data ended has, if it has an action for that, and was in another state before.
 */
export function isInAlarm(alarm: AlarmDefinition, periods: readonly (readonly ReceivedDatum[])[]): boolean {
  const board = new AlarmBoard([alarm]);
  const metrics = new MetricStore();
  let notified = false;
  for (const [minute, data] of periods.entries()) {
    metrics.add(minute, data);
    for (const { to, actions } of board.evaluate(minute, metrics)) notified = to !== 'OK' && actions.length > 0;
  }
  return notified;
}
