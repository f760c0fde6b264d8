export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** One value per period, the oldest first; null if the metric has none. */
export type Datapoints = readonly (number | null)[];

export const COMPARISONS = [
  'GreaterThanThreshold',
  'GreaterThanOrEqualToThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;

export const MISSING_DATA_TREATMENTS = ['breaching', 'notBreaching', 'ignore', 'missing'] as const;

/** What decides the state of an alarm on a metric, besides its datapoints. */
export interface MetricRule {
  readonly Threshold: number;
  readonly ComparisonOperator: (typeof COMPARISONS)[number];
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: (typeof MISSING_DATA_TREATMENTS)[number];
}

/** How many more periods CloudWatch looks at than the alarm asks for. The guide only has the example of 5 for 3. */
const EXTRA_PERIODS = 2;

/** Number of periods whose datapoints CloudWatch retrieves: the "evaluation range". */
export function evaluationRange({ EvaluationPeriods }: Pick<MetricRule, 'EvaluationPeriods'>): number {
  return EvaluationPeriods + EXTRA_PERIODS;
}

/**
 * The state of an alarm after one evaluation, by the CloudWatch User Guide ("Evaluating an alarm", "Configuring how
 * CloudWatch alarms treat missing data", "Avoiding premature transitions to alarm state").
 *
 * The newest N existing datapoints of the evaluation range decide, however old. Only if fewer exist, missing ones are
 * filled in. With `missing` and `ignore` they are filled in as neither breaching nor not breaching. The guide shows what
 * that means in its tables: if a filled datapoint could decide, one existing datapoint within the limit makes the state
 * OK. If all existing ones breach, the state becomes ALARM only when the oldest is M periods old.
 * @param datapoints of at least the evaluation range; older ones are not looked at
 */
export function nextAlarmState(rule: MetricRule, datapoints: Datapoints, before: AlarmState): AlarmState {
  const { EvaluationPeriods: periods, DatapointsToAlarm: toAlarm, TreatMissingData: treatment } = rule;
  const range = datapoints.slice(-evaluationRange(rule));
  const existing = range.filter((value) => value !== null);
  const breaching = existing.slice(-periods).filter((value) => breaches(rule, value)).length;
  const filled = Math.max(0, periods - existing.length);
  if (breaching >= toAlarm) return 'ALARM';
  if (breaching + filled < toAlarm || treatment === 'notBreaching') return 'OK';
  if (treatment === 'breaching') return 'ALARM';
  if (existing.length > breaching) return 'OK';
  if (treatment === 'ignore') return before;
  const oldest = range.findIndex((value) => value !== null);
  const isOldEnough = oldest !== -1 && range.length - oldest >= toAlarm;
  return isOldEnough ? 'ALARM' : 'INSUFFICIENT_DATA';
}

export function breaches({ ComparisonOperator, Threshold }: MetricRule, value: number): boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanThreshold':
      return value > Threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold;
    case 'LessThanThreshold':
      return value < Threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= Threshold;
  }
}
