import {
  type CloudWatchClient,
  CloudWatchServiceException,
  type MetricDatum,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { METRIC_NAMESPACE } from '../../contract/metrics.ts';
import type { Metric } from '../../domain/model/metric.ts';
import type { MetricSink } from '../../ports.ts';
import { batches, metricData } from './metric-data.ts';
import { metricDimensions } from './metric-dimensions.ts';
import { MetricPublishError } from './metric-publish-error.ts';

/**
 * Publishes metrics with PutMetricData, each under the name of the deployment. The client has its own credentials,
 * retries and timeouts. CloudWatch takes a request as a whole or not at all, so a heartbeat travels with the metrics where one
 * request holds both: each request has its price. Else it follows when all others were accepted.
 */
export function createCloudWatchMetricSink(client: CloudWatchClient, deployment: string): MetricSink {
  const dataOf = (metrics: readonly Metric[], at: number) =>
    metrics.flatMap((metric) => metricData(metric, at, metricDimensions(deployment, metric.dimensions)));
  return {
    async publish(metrics, at, { signal, heartbeat } = {}) {
      const send = (requests: readonly MetricDatum[][]) => sendAll(client, requests, signal);
      const data = dataOf(metrics, at);
      if (heartbeat === undefined) return await send(batches(data));
      const last = dataOf([heartbeat], at);
      const together = batches([...data, ...last]);
      if (together.length === 1) return await send(together);
      await send(batches(data));
      await send([last]);
    },
  };
}

/** Sends the requests side by side. One that fails does not stop the others. */
async function sendAll(
  client: CloudWatchClient,
  requests: readonly MetricDatum[][],
  abortSignal: AbortSignal | undefined,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    requests.map((MetricData) =>
      client.send(
        new PutMetricDataCommand({ Namespace: METRIC_NAMESPACE, MetricData }),
        abortSignal === undefined ? {} : { abortSignal },
      ),
    ),
  );
  const failures: unknown[] = [];
  const counts = { accepted: 0, rejected: 0 };
  for (const [index, outcome] of outcomes.entries()) {
    const size = requests[index]?.length ?? 0;
    if (outcome.status === 'fulfilled') {
      counts.accepted += size;
    } else {
      counts.rejected += size;
      failures.push(outcome.reason);
    }
  }
  if (failures.length > 0) throw publishError(failures, counts);
}

function publishError(failures: readonly unknown[], counts: { accepted: number; rejected: number }) {
  const cause = failures.length === 1 ? failures[0] : new AggregateError(failures, 'several requests failed');
  const first = failures[0];
  if (!(first instanceof CloudWatchServiceException)) {
    const why = first instanceof Error && first.name !== 'Error' ? `no answer (${first.name})` : 'no answer';
    const remedy =
      'Check the route to CloudWatch. A VPC without Internet access needs an interface endpoint for monitoring.';
    return new MetricPublishError('METRICS_UNREACHABLE', counts, { cause, why, retriable: true, remedy });
  }
  if (first.$metadata.httpStatusCode === 403 || first.name.startsWith('AccessDenied')) {
    const remedy = `Allow cloudwatch:PutMetricData for the namespace ${METRIC_NAMESPACE}, and check that the credentials are valid.`;
    return new MetricPublishError('METRICS_ACCESS_DENIED', counts, {
      cause,
      why: first.name,
      retriable: false,
      remedy,
    });
  }
  const retriable = first.$fault === 'server' || first.name.includes('Throttl');
  const remedy = retriable
    ? 'The next audit publishes again. If the error persists, check the CloudWatch service status and quotas.'
    : 'This is a bug in Tidemark. Please report it with the name of the exception.';
  return new MetricPublishError('METRICS_REJECTED', counts, { cause, why: first.name, retriable, remedy });
}
