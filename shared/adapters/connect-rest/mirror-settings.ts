import * as z from 'zod';
import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import type { MirrorSettings } from '../../domain/model/mirror-settings.ts';
import { type Outcome, read, unread } from '../../domain/model/outcome.ts';
import type { MirrorSettingsReader } from '../../ports.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { ConnectorReaderOptions } from './connector-reader.ts';
import { mirrorConnectors } from './mirror-connectors.ts';
import { requestJson } from './request-json.ts';

const PATIENCE_MS = 10_000;

const answered = z.record(z.string(), z.unknown());
const connector = z.object({ info: z.object({ config: z.record(z.string(), z.unknown()) }) });

/** Reads a few numbers of the configuration of a flow's MirrorSourceConnector, and keeps nothing else of it. */
export function createMirrorSettingsReader(
  connection: ConnectConnection,
  { deadlineMs, signal }: ConnectorReaderOptions,
): MirrorSettingsReader {
  const ends = [AbortSignal.timeout(Math.min(PATIENCE_MS, deadlineMs)), ...(signal === undefined ? [] : [signal])];
  return {
    async settingsOf(flow): Promise<Outcome<MirrorSettings>> {
      try {
        const path = '/connectors?expand=status&expand=info';
        return read(settingsIn(await requestJson(connection, path, AbortSignal.any(ends)), flow));
      } catch (error) {
        if (!(error instanceof ConnectFailure)) throw error;
        return unread({
          what: `settings of ${flowName(flow)}`,
          cluster: flow.target,
          error: error.code,
          message: `Kafka Connect at ${connection.url} ${error.message}`,
          retriable: error.retriable,
        });
      }
    },
  };
}

/** @throws ConnectFailure if the flow has no MirrorSourceConnector there, or several */
export function settingsIn(answer: unknown, flow: Pick<Flow, 'source' | 'target'>): MirrorSettings {
  const [source, ...more] = mirrorConnectors(answer, flow).filter(({ kind }) => kind === 'source');
  if (source === undefined || more.length > 0) {
    const message = `has ${more.length + 1} MirrorSourceConnectors of ${flowName(flow)}: whose settings count is unknown`;
    throw new ConnectFailure('CONNECTORS_AMBIGUOUS', message, false);
  }
  const { config } = connector.parse(answered.parse(answer)[source.name]).info;
  const numberAt = (key: string): number | null => {
    const text = config[key];
    return typeof text === 'string' && /^\d{1,12}$/.test(text.trim()) ? Number(text) : null;
  };
  return {
    tasksMax: numberAt('tasks.max'),
    batchSize: numberAt('producer.override.batch.size'),
    maxRequestSize: numberAt('producer.override.max.request.size'),
    bufferMemory: numberAt('producer.override.buffer.memory'),
  };
}
