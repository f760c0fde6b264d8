import type { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import type { ReceivedDatum } from '../../lab/cloudwatch-endpoint.ts';

const reference = z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value));

const alarmSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  // The value of an AWS metric is a reference.
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string().or(reference) })).default([]),
  Statistic: z.enum(['Maximum', 'Sum']),
  Period: z.number(),
  Threshold: z.number(),
  ComparisonOperator: z.enum(['GreaterThanThreshold', 'LessThanThreshold']),
  DatapointsToAlarm: z.number(),
  EvaluationPeriods: z.number(),
  TreatMissingData: z.enum(['ignore', 'missing']),
  InsufficientDataActions: z.array(z.unknown()).default([]),
});

export type SynthesizedAlarm = z.infer<typeof alarmSchema>;

/** The alarms of a synthesized template that watch a metric. */
export function alarmsOn(template: Template, metric: string): SynthesizedAlarm[] {
  const found = template.findResources('AWS::CloudWatch::Alarm', { Properties: { MetricName: metric } });
  return Object.values(found).map((alarm) => alarmSchema.parse(alarm.Properties));
}

/** An alarm of a synthesized template, found by the end of its name. */
export function alarmOf(template: Template, path: string): SynthesizedAlarm {
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm')).filter((alarm) =>
    String(alarm.Properties.AlarmName).endsWith(path),
  );
  if (found.length !== 1) throw new Error(`${found.length} alarms end in ${path}`);
  return alarmSchema.parse(found[0]?.Properties);
}

/**
 * Whether an alarm has notified somebody and not cleared after the given periods, oldest first, each with its data
 * (CloudWatch User Guide, "Evaluating an alarm" and "Configuring how alarms treat missing data"). Without any data in
 * the evaluated periods, an alarm that treats it as missing is in INSUFFICIENT_DATA: it notifies if it has an action for
 * that state, and was in another one before. CloudWatch also considers older datapoints; that only delays the effect of
 * missing data and is left out here.
 */
export function isInAlarm(alarm: SynthesizedAlarm, periods: readonly (readonly ReceivedDatum[])[]): boolean {
  const values = periods.map((data) => datapoint(alarm, data));
  const evaluated = values.slice(-alarm.EvaluationPeriods);
  if (alarm.TreatMissingData === 'missing' && evaluated.every((value) => value === null)) {
    return alarm.InsufficientDataActions.length > 0 && values.some((value) => value !== null);
  }
  const breaching = evaluated.filter((value) => value !== null && breaches(alarm, value));
  return breaching.length >= alarm.DatapointsToAlarm;
}

function datapoint(alarm: SynthesizedAlarm, data: readonly ReceivedDatum[]): number | null {
  const values = data
    .filter(
      (datum) =>
        datum.Namespace === alarm.Namespace &&
        datum.MetricName === alarm.MetricName &&
        JSON.stringify(datum.Dimensions) === JSON.stringify(alarm.Dimensions),
    )
    .flatMap((datum) => datum.Values.map((value, index) => ({ value, count: datum.Counts[index] ?? 1 })));
  if (values.length === 0) return null;
  if (alarm.Statistic === 'Maximum') return Math.max(...values.map(({ value }) => value));
  return values.reduce((sum, { value, count }) => sum + value * count, 0);
}

function breaches(alarm: SynthesizedAlarm, value: number): boolean {
  return alarm.ComparisonOperator === 'GreaterThanThreshold' ? value > alarm.Threshold : value < alarm.Threshold;
}
