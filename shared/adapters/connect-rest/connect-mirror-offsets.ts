import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import { TidemarkError } from '../../domain/model/errors.ts';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import type { MirrorOffsets } from '../../ports.ts';
import { askerOf } from './ask-connect.ts';
import { droppedHeaders } from './connector-filters.ts';
import { offsetsPath, readOffsets } from './connector-offsets.ts';
import { mirrorConnectors } from './mirror-connectors.ts';
import { requestJson, sendChange } from './request-json.ts';

/**
 * Where the MirrorSourceConnector of a flow continues, by the REST API of Kafka Connect (3.6 or later, KIP-875). Connect
 * accepts partitions and cluster aliases that do not exist: the caller reads back.
 */
export function createConnectMirrorOffsets(
  connection: ConnectConnection,
  flow: Pick<Flow, 'source' | 'target'>,
): MirrorOffsets {
  const name = flowName(flow);
  const ask = askerOf(connection);
  /** The name of the flow's only source connector, and what Connect says of all connectors. */
  const source = async (): Promise<{ readonly connector: string; readonly answer: unknown }> =>
    await ask(`the connectors of ${name}`, async (signal) => {
      const answer = await requestJson(connection, '/connectors?expand=status&expand=info', signal);
      const [connector, ...more] = mirrorConnectors(answer, flow).filter(({ kind }) => kind === 'source');
      if (connector !== undefined && more.length === 0) return { connector: connector.name, answer };
      throw new TidemarkError(
        'CONNECTORS_AMBIGUOUS',
        `Kafka Connect at ${connection.url} has ${more.length + 1} MirrorSourceConnectors of ${name}`,
        { remedy: 'Tidemark sets the offsets of one connector per flow. Set theirs by hand, or remove all but one.' },
      );
    });
  return {
    describe: () => `the MirrorSourceConnector of ${name} on Kafka Connect at ${connection.url}`,

    async read() {
      const { connector } = await source();
      return await ask(`offsets of connector ${connector}`, (signal) =>
        readOffsets(connection, connector, flow.source, signal),
      );
    },

    async set(places) {
      if (places.length === 0) return;
      const { connector } = await source();
      const offsets = places.map(({ topic, partition, lastMirrored }) => ({
        partition: { cluster: flow.source, partition, topic },
        offset: lastMirrored === null ? null : { offset: Number(lastMirrored) },
      }));
      await ask(`setting offsets of connector ${connector}`, (signal) =>
        sendChange(connection, offsetsPath(connector), { offsets }, signal),
      );
    },

    async leavesOut(header) {
      const { connector, answer } = await source();
      return droppedHeaders(answer, connector).includes(header);
    },
  };
}
