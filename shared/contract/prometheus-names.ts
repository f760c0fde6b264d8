import type { DimensionName, MetricDefinition, MetricName } from './metrics.ts';

/** What is asked of the samples of one metric in one audit, in CloudWatch's words. */
export type Statistic = 'Maximum' | 'Sum' | 'SampleCount';
export const STATISTICS = ['Maximum', 'Sum', 'SampleCount'] as const satisfies readonly Statistic[];

/** Prometheus reserves `_sum` and `_count` for types of its own. */
const SUFFIXES: Readonly<Record<Statistic, string>> = {
  Maximum: '_maximum',
  Sum: '_combined',
  SampleCount: '_samples',
};

/**
 * Name of a metric in Prometheus: `LagRecords` → `tidemark_lag_records_maximum`, `Verdict` → `tidemark_verdict`. A metric
 * with one sample per audit has no statistic in its name, because all of them are the same number. Metrics of single
 * groups have names of their own, so that a sum over one name never counts a record twice.
 */
export function prometheusName(
  name: MetricName,
  { isDistribution }: MetricDefinition,
  statistic: Statistic,
  dimensions: readonly DimensionName[],
): string {
  const snake = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  const group = dimensions.includes('Group') ? 'group_' : '';
  return `tidemark_${group}${snake}${isDistribution === true ? SUFFIXES[statistic] : ''}`;
}

/** Name of a dimension in Prometheus: `Flow` → `flow`. */
export function prometheusLabel(dimension: DimensionName): string {
  return dimension.toLowerCase();
}

/** What `tidemark serve` says of itself, besides the metrics of the audits. Name → what the number is. */
export const SERVE_METRICS = {
  tidemark_audit_interval_seconds: 'time from the start of one audit to that of the next',
  tidemark_audit_timestamp_seconds: 'when the audit of the shown numbers began, in seconds since the epoch',
  tidemark_audit_duration_seconds: 'how long the last audit took',
} as const;

export type ServeMetricName = keyof typeof SERVE_METRICS;
