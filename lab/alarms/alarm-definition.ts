import * as z from 'zod';
import { type AlarmRule, alarmsOfRule, parseAlarmRule, withNames } from './alarm-rule.ts';
import { COMPARISONS, MISSING_DATA_TREATMENTS } from './alarm-state.ts';
import { templateValue } from './template-value.ts';

/** Seconds of the only period that is evaluated here. */
export const PERIOD_SECONDS = 60;

const actions = z.array(z.string()).default([]);

/** What all alarms have. */
const common = {
  AlarmName: z.string(),
  AlarmDescription: z.string().default(''),
  ActionsEnabled: z.boolean().default(true),
  AlarmActions: actions,
  OKActions: actions,
  InsufficientDataActions: actions,
};

/** What CloudFormation makes an alarm of. Whatever the evaluation here does not know is refused, and never ignored. */
const metricProperties = z.strictObject({
  ...common,
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.strictObject({ Name: z.string(), Value: z.string() })).default([]),
  Statistic: z.enum(['Maximum', 'Minimum', 'Sum', 'Average', 'SampleCount']),
  Period: z.literal(PERIOD_SECONDS),
  Threshold: z.number(),
  ComparisonOperator: z.enum(COMPARISONS),
  EvaluationPeriods: z.int().positive(),
  DatapointsToAlarm: z.int().positive().optional(),
  TreatMissingData: z.enum(MISSING_DATA_TREATMENTS).default('missing'),
});

const suppressor = z.strictObject({
  ActionsSuppressor: z.string(),
  ActionsSuppressorWaitPeriod: z.int().nonnegative(),
  ActionsSuppressorExtensionPeriod: z.int().nonnegative(),
});
const compositeProperties = z.strictObject({
  ...common,
  AlarmRule: z.string(),
  ...suppressor.partial().shape,
});

/** An alarm on a metric, as its template has it: M of N, with what CloudFormation assumes where the template says nothing. */
export type MetricAlarm = z.infer<typeof metricProperties> & {
  readonly kind: 'metric';
  readonly DatapointsToAlarm: number;
};

/** What keeps the actions of a composite alarm from being taken. */
export interface ActionSuppressor {
  /** Name of an alarm. */
  readonly alarm: string;
  readonly waitSeconds: number;
  readonly extensionSeconds: number;
}

/** An alarm on the states of other alarms, which it knows by their names. */
export type CompositeAlarm = Omit<z.infer<typeof compositeProperties>, 'AlarmRule' | keyof typeof suppressor.shape> & {
  readonly kind: 'composite';
  readonly rule: AlarmRule;
  readonly suppressor: ActionSuppressor | null;
};

export type AlarmDefinition = MetricAlarm | CompositeAlarm;

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});

/**
 * The alarms of a synthesized template, each composite one after those on whose states it depends: they are evaluated in
 * this order.
 * @param template parsed JSON
 * @throws if an alarm is of a kind that is not evaluated here, such as one on an expression
 */
export function alarmsOfTemplate(template: unknown): readonly AlarmDefinition[] {
  const { Resources } = templateSchema.parse(template);
  const found = new Map<string, AlarmDefinition>();
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (Type === 'AWS::CloudWatch::Alarm') found.set(id, metricAlarm(Properties));
    if (Type === 'AWS::CloudWatch::CompositeAlarm') found.set(id, compositeAlarm(Properties));
  }
  const byName = new Map([...found.values()].map((alarm) => [alarm.AlarmName, alarm]));
  /** A template refers to an alarm by the ARN of its resource, which is the logical id here; people also write its name. */
  const known = (reference: string): AlarmDefinition => {
    const alarm = found.get(reference) ?? byName.get(reference);
    if (alarm === undefined) throw new Error(`a composite alarm refers to ${reference}, and there is no such alarm`);
    return alarm;
  };
  return inOrder([...found.values()].map((alarm) => named(alarm, known)));
}

function metricAlarm(value: unknown): MetricAlarm {
  const parsed = metricProperties.parse(templateValue(value));
  return { ...parsed, kind: 'metric', DatapointsToAlarm: parsed.DatapointsToAlarm ?? parsed.EvaluationPeriods };
}

function compositeAlarm(value: unknown): CompositeAlarm {
  const {
    AlarmRule: rule,
    ActionsSuppressor,
    ActionsSuppressorWaitPeriod,
    ActionsSuppressorExtensionPeriod,
    ...rest
  } = compositeProperties.parse(templateValue(value));
  const parts = { ActionsSuppressor, ActionsSuppressorWaitPeriod, ActionsSuppressorExtensionPeriod };
  const isSuppressed = Object.values(parts).some((part) => part !== undefined);
  return {
    ...rest,
    kind: 'composite',
    rule: parseAlarmRule(rule),
    suppressor: isSuppressed ? actionSuppressor(suppressor.parse(parts)) : null,
  };
}

function actionSuppressor(parts: z.infer<typeof suppressor>): ActionSuppressor {
  return {
    alarm: parts.ActionsSuppressor,
    waitSeconds: parts.ActionsSuppressorWaitPeriod,
    extensionSeconds: parts.ActionsSuppressorExtensionPeriod,
  };
}

/** With the names of the alarms to which it refers. */
function named(alarm: AlarmDefinition, known: (reference: string) => AlarmDefinition): AlarmDefinition {
  if (alarm.kind === 'metric') return alarm;
  const { rule, suppressor: by } = alarm;
  return {
    ...alarm,
    rule: withNames(rule, (reference) => known(reference).AlarmName),
    suppressor: by === null ? null : { ...by, alarm: known(by.alarm).AlarmName },
  };
}

function inOrder(alarms: readonly AlarmDefinition[]): readonly AlarmDefinition[] {
  const ordered = new Set<string>();
  const result: AlarmDefinition[] = [];
  let waiting = alarms;
  while (waiting.length > 0) {
    const ready = waiting.filter((alarm) => watchedBy(alarm).every((name) => ordered.has(name)));
    if (ready.length === 0) {
      throw new Error(`these alarms depend on each other: ${waiting.map(({ AlarmName }) => AlarmName).join(', ')}`);
    }
    for (const alarm of ready) ordered.add(alarm.AlarmName);
    result.push(...ready);
    waiting = waiting.filter(({ AlarmName }) => !ordered.has(AlarmName));
  }
  return result;
}

/** Names of the alarms whose states it needs. */
function watchedBy(alarm: AlarmDefinition): readonly string[] {
  if (alarm.kind === 'metric') return [];
  return [...alarmsOfRule(alarm.rule), ...(alarm.suppressor === null ? [] : [alarm.suppressor.alarm])];
}
