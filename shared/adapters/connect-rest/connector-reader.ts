import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import { flowName } from '../../domain/model/flow.ts';
import { type Outcome, read, unread } from '../../domain/model/outcome.ts';
import type { ConnectorReader } from '../../ports.ts';
import { ConnectFailure } from './connect-failure.ts';
import { mirrorConnectors } from './mirror-connectors.ts';
import { requestJson } from './request-json.ts';

/** How long Connect may take to answer, in milliseconds. It answers at once, unless its workers rebalance. */
const PATIENCE_MS = 10_000;

export interface ConnectorReaderOptions {
  /** The audit's own end, in milliseconds from now. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads states of connectors from the REST API of Kafka Connect (2.3 or later, KIP-465) in one request. The answer has
 * the connectors' configurations too: of these, it uses class and aliases, and keeps nothing.
 */
export function createConnectorReader(connection: ConnectConnection, options: ConnectorReaderOptions): ConnectorReader {
  const { deadlineMs, signal } = options;
  const ends = [AbortSignal.timeout(Math.min(PATIENCE_MS, deadlineMs)), ...(signal === undefined ? [] : [signal])];
  return {
    async connectorsOf(flow): Promise<Outcome<Awaited<ReturnType<typeof mirrorConnectors>>>> {
      try {
        const path = '/connectors?expand=status&expand=info';
        return read(mirrorConnectors(await requestJson(connection, path, AbortSignal.any(ends)), flow));
      } catch (error) {
        const failure =
          error instanceof ConnectFailure ? error : ConnectFailure.malformed('is not what Connect answers');
        return unread({
          what: `connectors of ${flowName(flow)}`,
          cluster: flow.target,
          error: failure.code,
          message: `Kafka Connect at ${connection.url} ${failure.message}`,
          retriable: failure.retriable,
        });
      }
    },
  };
}
