import type { KafkaConnection } from '../shared/config/connection/kafka-connection.ts';
import type { TidemarkConfig } from '../shared/config/tidemark-config.ts';
import type { ClusterReader, ConnectorReader, MirrorMetricsReader, MirrorSettingsReader } from '../shared/ports.ts';

/**
 * The command line's way to clusters: kafkajs, loaded when it is needed. Everything ends `timeoutSeconds` from now,
 * whatever hangs.
 */
export async function connector(timeoutSeconds: number): Promise<(connection: KafkaConnection) => ClusterReader> {
  const { createClusterReader } = await import('../shared/adapters/kafka/cluster-reader.ts');
  const end = Date.now() + timeoutSeconds * 1000;
  return (connection) => createClusterReader(connection, { deadlineMs: Math.max(1, end - Date.now()) });
}

/** The same by a cluster's alias, for what audits all flows of a configuration. */
export async function readerOf(
  { clusters }: Pick<TidemarkConfig, 'clusters'>,
  timeoutSeconds: number,
): Promise<(alias: string) => ClusterReader> {
  const connect = await connector(timeoutSeconds);
  return (alias) => {
    const connection = clusters.get(alias);
    if (connection === undefined) throw new Error(`cluster ${alias} has no connection`);
    return connect(connection);
  };
}

/** The way to the Kafka Connect clusters of a configuration, by flow; null for a flow without one. */
export async function connectorsOf(
  { connect }: Pick<TidemarkConfig, 'connect'>,
  timeoutSeconds: number,
): Promise<(flow: string) => ConnectorReader | null> {
  if (connect === undefined) return () => null;
  const { createConnectorReader } = await import('../shared/adapters/connect-rest/connector-reader.ts');
  const end = Date.now() + timeoutSeconds * 1000;
  return (flow) => {
    const connection = connect.get(flow);
    if (connection === undefined) return null;
    return createConnectorReader(connection, { deadlineMs: Math.max(1, end - Date.now()) });
  };
}

/** The way to the exporters of a configuration, by flow; null for a flow without one. */
export async function metricsOf(
  { metrics }: Pick<TidemarkConfig, 'metrics'>,
  timeoutSeconds: number,
): Promise<(flow: string) => MirrorMetricsReader | null> {
  if (metrics === undefined) return () => null;
  const { createMetricsReader } = await import('../shared/adapters/connect-rest/metrics-reader.ts');
  const end = Date.now() + timeoutSeconds * 1000;
  return (flow) => {
    const connection = metrics.get(flow);
    if (connection === undefined) return null;
    return createMetricsReader(connection, { deadlineMs: Math.max(1, end - Date.now()) });
  };
}

/** The way to the settings of the flows' connectors, by flow; null for a flow without a Kafka Connect cluster. */
export async function settingsOf(
  { connect }: Pick<TidemarkConfig, 'connect'>,
  timeoutSeconds: number,
): Promise<(flow: string) => MirrorSettingsReader | null> {
  if (connect === undefined) return () => null;
  const { createMirrorSettingsReader } = await import('../shared/adapters/connect-rest/mirror-settings.ts');
  return (flow) => {
    const connection = connect.get(flow);
    return connection === undefined
      ? null
      : createMirrorSettingsReader(connection, { deadlineMs: 1000 * timeoutSeconds });
  };
}
