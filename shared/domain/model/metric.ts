import type { DimensionName, MetricName, MetricUnit } from '../../contract/metrics.ts';

/** A value and how many times it occurred. */
export interface Sample {
  readonly value: number;
  readonly count: number;
}

/**
 * One metric of one audit: its distribution, exact, ascending by value. A metric without samples does not exist: what is
 * unknown is absent.
 */
export interface Metric {
  readonly name: MetricName;
  readonly dimensions: Readonly<Partial<Record<DimensionName, string>>>;
  readonly unit: MetricUnit;
  readonly samples: readonly [Sample, ...Sample[]];
}

/** Counts equal values; null if there are none. */
export function distribution(values: Iterable<number>): [Sample, ...Sample[]] | null {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first, ...rest] = [...counts].sort(([a], [b]) => a - b).map(([value, count]) => ({ value, count }));
  return first === undefined ? null : [first, ...rest];
}
