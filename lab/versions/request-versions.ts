import { BrokerConnection } from '../../shared/adapters/kafka/connection/broker-connection.ts';
import { BrokerFailure } from '../../shared/adapters/kafka/connection/broker-failure.ts';
import { connectionSettings, seedsOf } from '../../shared/adapters/kafka/connection/connection-settings.ts';
import { Deadline } from '../../shared/adapters/kafka/connection/deadline.ts';
import type { Api, ApiName } from '../../shared/adapters/kafka/wire/api.ts';
import { CONSUMER_GROUP_DESCRIBE } from '../../shared/adapters/kafka/wire/consumer-group-describe.ts';
import { DESCRIBE_CLUSTER } from '../../shared/adapters/kafka/wire/describe-cluster.ts';
import { DESCRIBE_CONFIGS } from '../../shared/adapters/kafka/wire/describe-configs.ts';
import { DESCRIBE_GROUPS } from '../../shared/adapters/kafka/wire/describe-groups.ts';
import { FETCH } from '../../shared/adapters/kafka/wire/fetch.ts';
import { FIND_COORDINATOR } from '../../shared/adapters/kafka/wire/find-coordinator.ts';
import { LIST_GROUPS } from '../../shared/adapters/kafka/wire/list-groups.ts';
import { LIST_OFFSETS } from '../../shared/adapters/kafka/wire/list-offsets.ts';
import { METADATA } from '../../shared/adapters/kafka/wire/metadata.ts';
import { OFFSET_COMMIT } from '../../shared/adapters/kafka/wire/offset-commit.ts';
import { OFFSET_DELETE } from '../../shared/adapters/kafka/wire/offset-delete.ts';
import { OFFSET_FETCH } from '../../shared/adapters/kafka/wire/offset-fetch.ts';
import { OFFSET_FOR_LEADER_EPOCH } from '../../shared/adapters/kafka/wire/offset-for-leader-epoch.ts';
import type { KafkaConnection } from '../../shared/config/connection/kafka-connection.ts';

const APIS: Readonly<Record<ApiName, Api<never, unknown>>> = {
  Metadata: METADATA,
  ListOffsets: LIST_OFFSETS,
  Fetch: FETCH,
  OffsetForLeaderEpoch: OFFSET_FOR_LEADER_EPOCH,
  FindCoordinator: FIND_COORDINATOR,
  ListGroups: LIST_GROUPS,
  DescribeGroups: DESCRIBE_GROUPS,
  ConsumerGroupDescribe: CONSUMER_GROUP_DESCRIBE,
  OffsetFetch: OFFSET_FETCH,
  DescribeConfigs: DESCRIBE_CONFIGS,
  DescribeCluster: DESCRIBE_CLUSTER,
  OffsetCommit: OFFSET_COMMIT,
  OffsetDelete: OFFSET_DELETE,
};

/** Version of each request that Tidemark sends to a broker; null if the broker has none that it can use. */
export type RequestVersions = ReadonlyMap<ApiName, number | null>;

export const REQUESTS = Object.keys(APIS) as readonly ApiName[];

/** Asks a real broker, over the connection that audits use. */
export async function requestVersions(connection: KafkaConnection): Promise<RequestVersions> {
  const deadline = new Deadline(20_000);
  const [seed] = seedsOf(connection);
  if (seed === undefined) throw new Error('a cluster of the lab has an address');
  const broker = await BrokerConnection.open(seed, connectionSettings(connection, {}, deadline), () => undefined);
  try {
    return new Map(REQUESTS.map((name) => [name, broker.version(APIS[name])]));
  } finally {
    deadline.end(new BrokerFailure('READER_CLOSED', 'the versions are known'));
  }
}
