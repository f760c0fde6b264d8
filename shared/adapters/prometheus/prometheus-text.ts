import { Gauge, Registry } from 'prom-client';
import { type DimensionName, METRICS, type MetricDefinition } from '../../contract/metrics.ts';
import {
  prometheusLabel,
  prometheusName,
  SERVE_METRICS,
  type ServeMetricName,
  STATISTICS,
  type Statistic,
} from '../../contract/prometheus-names.ts';
import type { Metric, Sample } from '../../domain/model/metric.ts';
import { labelValue } from './label-value.ts';

/** Media type of `prometheusText`. */
export const PROMETHEUS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Metrics of one audit in the text format that Prometheus scrapes. Everything is a gauge. What is unknown has no line.
 * @param metrics those with dimensions; metrics of all flows together are left out, because Prometheus adds up itself
 * @param own what the server says of itself; null for what is unknown
 */
export async function prometheusText(
  metrics: readonly Metric[],
  own: Readonly<Record<ServeMetricName, number | null>>,
): Promise<string> {
  const registry = new Registry();
  const gauges = new Map<string, Gauge>();
  const gaugeOf = (name: string, help: string, labelNames: string[]): Gauge => {
    let gauge = gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({ name, help, labelNames, registers: [registry] });
      gauges.set(name, gauge);
    }
    return gauge;
  };
  for (const { name, dimensions, samples } of metrics) {
    if (dimensions.Flow === undefined) continue;
    const definition: MetricDefinition = METRICS[name];
    const set = Object.keys(dimensions) as DimensionName[];
    const labels = Object.entries(dimensions).map(([dimension, value]) => [
      prometheusLabel(dimension as DimensionName),
      labelValue(value),
    ]);
    for (const statistic of definition.isDistribution === true ? STATISTICS : (['Maximum'] as const)) {
      const gauge = gaugeOf(
        prometheusName(name, definition, statistic, set),
        helpOf(definition, statistic),
        set.map(prometheusLabel),
      );
      gauge.set(Object.fromEntries(labels), numberOf(samples, statistic));
    }
  }
  for (const [name, help] of Object.entries(SERVE_METRICS)) {
    const value = own[name as ServeMetricName];
    if (value !== null) gaugeOf(name, help, []).set(value);
  }
  return await registry.metrics();
}

const OF_SAMPLES: Readonly<Record<Statistic, string>> = {
  Maximum: 'the largest of',
  Sum: 'the sum of',
  SampleCount: 'how many are known of',
};

function helpOf({ sample, unit, isDistribution }: MetricDefinition, statistic: Statistic): string {
  const unitText = unit === 'Percent' ? ' (percent)' : '';
  return `${isDistribution === true ? `${OF_SAMPLES[statistic]}: ` : ''}${sample}${unitText}`;
}

function numberOf(samples: readonly Sample[], statistic: Statistic): number {
  // Ascending by value.
  if (statistic === 'Maximum') return samples.at(-1)?.value ?? Number.NaN;
  return samples.reduce((sum, { value, count }) => sum + (statistic === 'Sum' ? value * count : count), 0);
}
