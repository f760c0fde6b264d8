import type { KafkaConnection } from '../shared/config/kafka-connection.ts';
import type { ClusterReader, OffsetWriter } from '../shared/ports.ts';

/**
 * The command line's way to clusters: kafkajs, loaded when it is needed. Everything ends `timeoutSeconds` from now,
 * whatever hangs.
 */
export async function connector(timeoutSeconds: number): Promise<(connection: KafkaConnection) => ClusterReader> {
  const { createClusterReader } = await import('../shared/adapters/kafka/cluster-reader.ts');
  const end = Date.now() + timeoutSeconds * 1000;
  return (connection) => createClusterReader(connection, { deadlineMs: Math.max(1, end - Date.now()) });
}

/** The same for what writes offsets, with the writer's own credentials where the configuration has them. */
export async function writerConnector(timeoutSeconds: number): Promise<(connection: KafkaConnection) => OffsetWriter> {
  const { createOffsetWriter } = await import('../shared/adapters/kafka/offset-writer.ts');
  const end = Date.now() + timeoutSeconds * 1000;
  return (connection) => createOffsetWriter(connection, { deadlineMs: Math.max(1, end - Date.now()) });
}
