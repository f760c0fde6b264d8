import type { KafkaConnection } from '../../config/connection/kafka-connection.ts';
import type { ClusterReader } from '../../ports.ts';
import { BrokerFailure } from './connection/broker-failure.ts';
import { BrokerPool } from './connection/broker-pool.ts';
import { type ConnectionOptions, connectionSettings, seedsOf } from './connection/connection-settings.ts';
import { Deadline } from './connection/deadline.ts';
import type { CoordinatorCache } from './reading/coordinator-cache.ts';
import { readCommits } from './reading/read-commits.ts';
import { readTopicConfigs } from './reading/read-configs.ts';
import { readEpochEnds } from './reading/read-epoch-ends.ts';
import { readGroups } from './reading/read-groups.ts';
import { peekRecords, scanPartition } from './reading/read-log.ts';
import { readFirstRecords, readOffsets } from './reading/read-offsets.ts';
import { requirePermissions } from './reading/require-permissions.ts';
import type { RoutedReadContext } from './reading/routed-read.ts';
import { Topology } from './reading/topology.ts';

export interface ClusterReaderOptions extends ConnectionOptions {
  /** Milliseconds from now until the reader ends everything, even requests without an answer. */
  readonly deadlineMs?: number;
  /** Ends everything at once when aborted. */
  readonly signal?: AbortSignal;
}

const DEFAULT_DEADLINE_MS = 60_000;

/**
 * A reader of one cluster for one audit. It connects at the first request; `close()` ends it.
 *
 * @throws TidemarkError BOOTSTRAP_SERVERS_INVALID, TLS_INVALID_MATERIAL
 */
export function createClusterReader(connection: KafkaConnection, options: ClusterReaderOptions = {}): ClusterReader {
  const { alias } = connection;
  const deadline = new Deadline(options.deadlineMs ?? DEFAULT_DEADLINE_MS, options.signal);
  const pool = new BrokerPool(seedsOf(connection), connectionSettings(connection, options, deadline));
  const topology = new Topology(alias, pool);
  const coordinators: CoordinatorCache = new Map();
  const context: RoutedReadContext = { alias, pool, deadline, givenUp: new Set() };
  return {
    alias,
    requirePermissions: (needed) => requirePermissions(context, needed),
    metadata: () => topology.load(),
    offsets: (topics, isolation) => readOffsets(context, topology, topics, isolation),
    firstRecords: (topics) => readFirstRecords(context, topology, topics),
    epochEnds: (epochs) => readEpochEnds(context, topology, epochs),
    groups: () => readGroups(context, topology, coordinators),
    commits: (groups) => readCommits(context, topology, coordinators, groups),
    topicConfigs: (topics) => readTopicConfigs(context, topology, topics),
    scan: (request, visit) => scanPartition(context, topology, request, visit),
    peek: (requests) => peekRecords(context, topology, requests),
    requestsSent: () => pool.requestsSent(),
    close: async () => deadline.end(new BrokerFailure('READER_CLOSED', 'the reader was closed')),
  };
}
