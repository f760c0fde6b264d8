import { z } from 'zod';
import { templateValue } from './template-value.ts';

/** Seconds of the only period that is evaluated here. */
export const PERIOD_SECONDS = 60;

const actions = z.array(z.string()).default([]);

/** What CloudFormation makes an alarm of. Whatever the evaluation here does not know is refused, and never ignored. */
const properties = z.strictObject({
  AlarmName: z.string(),
  AlarmDescription: z.string().default(''),
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
  Statistic: z.enum(['Maximum', 'Minimum', 'Sum', 'Average', 'SampleCount']),
  Period: z.literal(PERIOD_SECONDS),
  Threshold: z.number(),
  ComparisonOperator: z.enum([
    'GreaterThanThreshold',
    'GreaterThanOrEqualToThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  EvaluationPeriods: z.int().positive(),
  DatapointsToAlarm: z.int().positive().optional(),
  TreatMissingData: z.enum(['breaching', 'notBreaching', 'ignore', 'missing']).default('missing'),
  ActionsEnabled: z.boolean().default(true),
  AlarmActions: actions,
  OKActions: actions,
  InsufficientDataActions: actions,
});

/** An alarm as its template has it: M of N, with what CloudFormation assumes where the template says nothing. */
export type AlarmDefinition = z.infer<typeof properties> & { readonly DatapointsToAlarm: number };

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});

/**
 * The alarms of a synthesized template, in its order.
 * @param template parsed JSON
 * @throws if an alarm is of a kind that is not evaluated here: a composite one, or one on an expression
 */
export function alarmsOfTemplate(template: unknown): readonly AlarmDefinition[] {
  const { Resources } = templateSchema.parse(template);
  return Object.values(Resources).flatMap(({ Type, Properties }) => {
    if (Type === 'AWS::CloudWatch::CompositeAlarm') throw new Error('composite alarms are not evaluated here');
    return Type === 'AWS::CloudWatch::Alarm' ? [alarmDefinition(Properties)] : [];
  });
}

function alarmDefinition(value: unknown): AlarmDefinition {
  const parsed = properties.parse(templateValue(value));
  return { ...parsed, DatapointsToAlarm: parsed.DatapointsToAlarm ?? parsed.EvaluationPeriods };
}
