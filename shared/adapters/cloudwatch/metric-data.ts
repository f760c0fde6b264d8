import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { DIMENSIONS } from '../../contract/metrics.ts';
import type { Metric } from '../../domain/model/metric.ts';
import { dimensionValue } from './dimension-value.ts';

/** Distinct values that one datum may carry (API reference, `MetricDatum.Values`). */
const VALUES_PER_DATUM = 150;
/** Metrics that one request may carry (API reference, `PutMetricData`). */
const DATA_PER_REQUEST = 1000;
/** A request may have 1 MB; what is left over is for the envelope, which names namespace and target. */
const BYTES_PER_REQUEST = 900_000;

/**
 * A metric as data of PutMetricData. More than 150 distinct values go out in several data of the same metric and time,
 * which CloudWatch adds up: the distribution stays exact, where buckets would not.
 */
export function metricData(metric: Metric, at: number): MetricDatum[] {
  const dimensions = DIMENSIONS.flatMap((name) => {
    const value = metric.dimensions[name];
    return value === undefined ? [] : [{ Name: name, Value: dimensionValue(value) }];
  });
  const data: MetricDatum[] = [];
  for (let from = 0; from < metric.samples.length; from += VALUES_PER_DATUM) {
    const samples = metric.samples.slice(from, from + VALUES_PER_DATUM);
    data.push({
      MetricName: metric.name,
      ...(dimensions.length > 0 && { Dimensions: dimensions }),
      Timestamp: new Date(at),
      Unit: metric.unit,
      Values: samples.map(({ value }) => value),
      Counts: samples.map(({ count }) => count),
    });
  }
  return data;
}

/** Cuts data into requests that CloudWatch takes, in order. */
export function batches(data: readonly MetricDatum[]): MetricDatum[][] {
  const all: MetricDatum[][] = [];
  let batch: MetricDatum[] = [];
  let bytes = 0;
  for (const datum of data) {
    const size = Buffer.byteLength(JSON.stringify(datum)) + 1;
    if (batch.length > 0 && (batch.length === DATA_PER_REQUEST || bytes + size > BYTES_PER_REQUEST)) {
      all.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(datum);
    bytes += size;
  }
  if (batch.length > 0) all.push(batch);
  return all;
}
