import type { MetricsConnection } from '../../config/connection/connect-connection.ts';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import type { MirrorMetrics } from '../../domain/model/mirror-metrics.ts';
import { type Outcome, read, unread } from '../../domain/model/outcome.ts';
import type { MirrorMetricsReader } from '../../ports.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { ConnectorReaderOptions } from './connector-reader.ts';
import { MetricsTextError } from './metrics-text.ts';
import { mirrorMetrics } from './mirror-metrics.ts';
import { requestText } from './request-json.ts';

/** How long an exporter may take: it asks every bean of the JVM. */
const PATIENCE_MS = 20_000;

/**
 * Reads what the workers export of themselves, one request per worker. If one of them does not answer, nothing is read: the
 * tasks of the others would look like all.
 */
export function createMetricsReader(
  { urls, connector, login, tls }: MetricsConnection,
  { deadlineMs, signal }: ConnectorReaderOptions,
): MirrorMetricsReader {
  return {
    async metricsOf(flow: Pick<Flow, 'source' | 'target'>): Promise<Outcome<MirrorMetrics>> {
      const ends = [AbortSignal.timeout(Math.min(PATIENCE_MS, deadlineMs)), ...(signal === undefined ? [] : [signal])];
      let asked = urls[0] ?? '';
      try {
        const pages: string[] = [];
        for (const url of urls) {
          asked = url;
          pages.push(await requestText({ url, login, tls }, AbortSignal.any(ends)));
        }
        return read(mirrorMetrics(pages, { flow, connector }, Date.now()));
      } catch (error) {
        const { code, message, retriable } = failureOf(error);
        return unread({
          what: `metrics of ${flowName(flow)}`,
          cluster: flow.target,
          error: code,
          message: `${urls.length > 1 ? `one of ${urls.length} exporters, ${asked},` : `the exporter at ${asked}`} ${message}`,
          retriable,
        });
      }
    },
  };
}

function failureOf(error: unknown): Pick<ConnectFailure, 'code' | 'message' | 'retriable'> {
  if (error instanceof ConnectFailure) return error;
  if (error instanceof MetricsTextError) {
    return new ConnectFailure('METRICS_INVALID', `sent an answer that ${error.message}`, true);
  }
  throw error;
}
