import { z } from 'zod';
import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import type { MirrorConnector } from '../../domain/model/mirror-connector.ts';
import type { MirrorControl, MirrorEnd } from '../../ports.ts';
import { ConnectFailure } from './connect-failure.ts';
import { mirrorConnectors } from './mirror-connectors.ts';
import { requestJson, sendCommand } from './request-json.ts';

/** How long Connect may take to answer one request, in milliseconds. It takes longer while its workers rebalance. */
const PATIENCE_MS = 30_000;

/** `GET /connectors/NAME/offsets` of a MirrorSourceConnector (Kafka 3.6 or later). */
const offsets = z.object({
  offsets: z.array(
    z.object({
      partition: z.object({ cluster: z.string(), topic: z.string(), partition: z.int().nonnegative() }),
      offset: z.object({ offset: z.int() }).nullable(),
    }),
  ),
});

/**
 * Stops and resumes the connectors of a flow by the REST API of Kafka Connect (3.5 or later, KIP-875). A stop commits the
 * connector's offsets. It stops the source connector and the one that moves groups; heartbeats continue.
 */
export function createConnectMirrorControl(
  connection: ConnectConnection,
  flow: Pick<Flow, 'source' | 'target'>,
): MirrorControl {
  const name = flowName(flow);
  const ask = <T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    work(AbortSignal.timeout(PATIENCE_MS)).catch((error: unknown) => {
      if (!(error instanceof ConnectFailure)) throw error;
      const message = `${what}: Kafka Connect at ${connection.url} ${error.message}`;
      throw new TidemarkError(error.code, message, { retriable: error.retriable });
    });
  const read = (): Promise<readonly MirrorConnector[]> =>
    ask(`states of the connectors of ${name}`, async (signal) => {
      const answer = await requestJson(connection, '/connectors?expand=status&expand=info', signal);
      return mirrorConnectors(answer, flow).filter(({ kind }) => kind !== 'heartbeat');
    });
  const command = async (action: 'stop' | 'resume'): Promise<void> => {
    // The source first: the checkpoints that follow are the last ones.
    const connectors = (await read()).toSorted((a, b) => Number(b.kind === 'source') - Number(a.kind === 'source'));
    for (const connector of connectors) {
      const path = `/connectors/${encodeURIComponent(connector.name)}/${action}`;
      await ask(`${action} of connector ${connector.name}`, (signal) => sendCommand(connection, path, signal));
    }
  };
  return {
    describe: () => [
      `stops the MirrorSourceConnector and the MirrorCheckpointConnector of ${name} by Kafka Connect at ${connection.url}`,
    ],
    isInEffect: async () => (await read()).every(({ state, tasks }) => state === 'STOPPED' && tasks.length === 0),
    apply: () => command('stop'),
    putBack: () => command('resume'),
    async ends() {
      const sources = (await read()).filter(({ kind }) => kind === 'source');
      const all = sources.map((connector) =>
        ask(`offsets of connector ${connector.name}`, async (signal) => {
          const path = `/connectors/${encodeURIComponent(connector.name)}/offsets`;
          return endsOf(await requestJson(connection, path, signal), flow.source);
        }),
      );
      return (await Promise.all(all)).flat();
    },
  };
}

function endsOf(answer: unknown, source: string): readonly MirrorEnd[] {
  const parsed = offsets.safeParse(answer);
  if (!parsed.success) throw ConnectFailure.malformed('has no offsets of a MirrorSourceConnector');
  return parsed.data.offsets.flatMap(({ partition: { cluster, topic, partition }, offset }) =>
    cluster !== source || offset === null ? [] : [{ topic, partition, lastMirrored: BigInt(offset.offset) }],
  );
}
