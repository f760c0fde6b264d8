import type { MetricAlarm } from './alarm-definition.ts';

/** The samples of one metric, as `PutMetricData` takes them. */
export interface MetricSamples {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Values: readonly number[];
  /** How many samples have each value. */
  readonly Counts: readonly number[];
}

/** A metric and its statistic, as an alarm names them. */
export type WatchedMetric = Pick<MetricAlarm, 'Namespace' | 'MetricName' | 'Statistic'> &
  Pick<MetricSamples, 'Dimensions'>;

interface Samples {
  sum: number;
  count: number;
  least: number;
  most: number;
}

/** Metrics by minute, as CloudWatch keeps them: one set of samples per metric, set of dimensions and minute. */
export class MetricStore {
  readonly #minutes = new Map<number, Map<string, Samples>>();

  add(minute: number, data: readonly MetricSamples[]): void {
    const metrics = this.#minutes.get(minute) ?? new Map<string, Samples>();
    this.#minutes.set(minute, metrics);
    for (const { Values, Counts, ...metric } of data) {
      const key = keyOf(metric);
      const samples = metrics.get(key) ?? { sum: 0, count: 0, least: Infinity, most: -Infinity };
      Values.forEach((value, index) => {
        const count = Counts[index] ?? 1;
        samples.sum += value * count;
        samples.count += count;
        samples.least = Math.min(samples.least, value);
        samples.most = Math.max(samples.most, value);
      });
      metrics.set(key, samples);
    }
  }

  /** The datapoint of a minute; null if the metric has none. */
  datapoint(minute: number, watched: WatchedMetric): number | null {
    const samples = this.#minutes.get(minute)?.get(keyOf(watched));
    if (samples === undefined || samples.count === 0) return null;
    switch (watched.Statistic) {
      case 'Maximum':
        return samples.most;
      case 'Minimum':
        return samples.least;
      case 'Sum':
        return samples.sum;
      case 'Average':
        return samples.sum / samples.count;
      case 'SampleCount':
        return samples.count;
    }
  }

  /** Forgets all minutes before this one. */
  forgetBefore(minute: number): void {
    for (const kept of this.#minutes.keys()) if (kept < minute) this.#minutes.delete(kept);
  }
}

/** Dimensions are a set: their order says nothing. */
function keyOf(metric: Pick<WatchedMetric, 'Namespace' | 'MetricName' | 'Dimensions'>): string {
  const dimensions = metric.Dimensions.map(({ Name, Value }) => JSON.stringify([Name, Value])).sort();
  return JSON.stringify([metric.Namespace, metric.MetricName, ...dimensions]);
}
