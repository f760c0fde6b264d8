import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { Metric } from '../../domain/model/metric.ts';
import type { MetricDimension } from './metric-dimensions.ts';

/** The most distinct values in one datum (API reference, `MetricDatum.Values`). */
const VALUES_PER_DATUM = 150;
/** The most data in one request (API reference, `PutMetricData`). */
const DATA_PER_REQUEST = 1000;
/** A request may have 1 MB. The rest is for the envelope, which names the namespace and the target. */
const BYTES_PER_REQUEST = 900_000;

/**
 * A metric as data of PutMetricData. More than 150 distinct values become several data of the same metric and time,
 * which CloudWatch adds up. This keeps the distribution exact, which buckets would not.
 */
export function metricData(metric: Metric, at: number, dimensions: MetricDimension[]): MetricDatum[] {
  const data: MetricDatum[] = [];
  for (let from = 0; from < metric.samples.length; from += VALUES_PER_DATUM) {
    const samples = metric.samples.slice(from, from + VALUES_PER_DATUM);
    data.push({
      MetricName: metric.name,
      Dimensions: dimensions,
      Timestamp: new Date(at),
      Unit: metric.unit,
      Values: samples.map(({ value }) => value),
      Counts: samples.map(({ count }) => count),
    });
  }
  return data;
}

/** Splits data, in order, into requests within CloudWatch's limits. */
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
