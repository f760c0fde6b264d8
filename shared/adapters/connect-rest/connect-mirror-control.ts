import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import type { MirrorConnector } from '../../domain/model/mirror-connector.ts';
import type { MirrorControl } from '../../ports.ts';
import { askerOf } from './ask-connect.ts';
import { readOffsets } from './connector-offsets.ts';
import { mirrorConnectors } from './mirror-connectors.ts';
import { requestJson, sendCommand } from './request-json.ts';

/**
 * Stops and resumes the connectors of a flow by the REST API of Kafka Connect (3.5 or later, KIP-875). A stop commits the
 * connector's offsets. It stops the source connector and the one that moves groups; heartbeats continue.
 */
export function createConnectMirrorControl(
  connection: ConnectConnection,
  flow: Pick<Flow, 'source' | 'target'>,
): MirrorControl {
  const name = flowName(flow);
  const ask = askerOf(connection);
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
    // A worker takes the producer from a task that does not end in time, before it says that the task is gone.
    hasTasks: async () => (await read()).some(({ tasks }) => tasks.length > 0),
    apply: () => command('stop'),
    putBack: () => command('resume'),
    async ends() {
      const sources = (await read()).filter(({ kind }) => kind === 'source');
      const all = sources.map((connector) =>
        ask(`offsets of connector ${connector.name}`, (signal) =>
          readOffsets(connection, connector.name, flow.source, signal),
        ),
      );
      return (await Promise.all(all)).flat();
    },
  };
}
