import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { NAME_METRIC } from '../../contract/name-metric.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import type { NameSignal } from '../../ports.ts';
import { nameDimensions } from './metric-dimensions.ts';

/** Publishes the metric that the health checks of a deployment's names follow. */
export function createNameSignal(client: CloudWatchClient, deployment: string): NameSignal {
  return {
    async publish({ name, leadsToSecondary }, at) {
      const datum = {
        MetricName: NAME_METRIC.name,
        Dimensions: nameDimensions(deployment, name),
        Timestamp: new Date(at),
        // Without a resolution, it is a minute: Route 53 follows no other.
        Unit: 'Count' as const,
        Values: [leadsToSecondary ? 1 : 0],
        Counts: [1],
      };
      try {
        await client.send(new PutMetricDataCommand({ Namespace: NAME_METRIC.namespace, MetricData: [datum] }));
      } catch (error) {
        throw notPublished(name, error);
      }
    },
  };
}

function notPublished(name: string, error: unknown): TidemarkError {
  const kind = error instanceof Error ? error.name : 'unknown';
  const why = error instanceof Error ? error.message : String(error);
  const isDenied = kind.startsWith('AccessDenied') || kind === 'CredentialsProviderError';
  const again = 'Run the same command again. If audits run, each publishes it again without that.';
  return new TidemarkError('NAME_NOT_PUBLISHED', `PutMetricData for ${name}: ${kind}: ${why}`, {
    remedy: isDenied ? `Allow cloudwatch:PutMetricData for the namespace ${NAME_METRIC.namespace}.` : again,
    retriable: !isDenied,
    cause: error,
  });
}
