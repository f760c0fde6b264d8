import type { KafkaConnection, SaslSettings } from '../../config/kafka-connection.ts';
import { TidemarkError } from '../../errors.ts';
import type { ClusterReader } from '../../ports.ts';
import type { ConnectionSettings } from './connection/broker-connection.ts';
import { BrokerFailure } from './connection/broker-failure.ts';
import { BrokerPool } from './connection/broker-pool.ts';
import { Deadline } from './connection/deadline.ts';
import { saslOptions } from './connection/sasl-options.ts';
import { parseAddress, type ServerAddress } from './connection/server-address.ts';
import { tlsOptions } from './connection/tls-options.ts';
import type { CoordinatorCache } from './reading/coordinator-cache.ts';
import { readCommits } from './reading/read-commits.ts';
import { readTopicConfigs } from './reading/read-configs.ts';
import { readGroups } from './reading/read-groups.ts';
import { peekRecords, scanPartition } from './reading/read-log.ts';
import { readFirstTimestamps, readOffsets } from './reading/read-offsets.ts';
import { requirePermissions } from './reading/require-permissions.ts';
import type { RoutedReadContext } from './reading/routed-read.ts';
import { Topology } from './reading/topology.ts';
import type { VersionLimits } from './wire/api.ts';

export interface ClusterReaderOptions {
  /** Milliseconds from now until everything ends, whatever hangs. */
  readonly deadlineMs?: number;
  /** Ends everything at once when it aborts. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a broker may take to accept a connection, TLS included. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that a broker may stay silent while it owes an answer; a slow answer that comes in is no silence. */
  readonly requestTimeoutMs?: number;
  /** Requests at once on one connection. */
  readonly maxInFlight?: number;
  /** Newest version to use of a request: to read newer clusters the way older ones are read. */
  readonly versionLimits?: VersionLimits;
}

const DEFAULTS = { deadlineMs: 60_000, connectTimeoutMs: 4_000, requestTimeoutMs: 6_000, maxInFlight: 32 };

/**
 * A reader of one cluster for one audit. Connects when first asked; `close()` ends it.
 *
 * @throws TidemarkError BOOTSTRAP_SERVERS_INVALID, TLS_INVALID_MATERIAL
 */
export function createClusterReader(connection: KafkaConnection, options: ClusterReaderOptions = {}): ClusterReader {
  const { alias } = connection;
  const deadline = new Deadline(options.deadlineMs ?? DEFAULTS.deadlineMs, options.signal);
  const settings: ConnectionSettings = {
    alias,
    clientId: connection.clientId,
    tls: connection.tls === undefined ? null : tlsOptions(alias, connection.tls),
    sasl: connection.sasl === undefined ? null : saslOptions(alias, connection.sasl, deadline),
    identity: identityOf(connection.sasl),
    connectTimeoutMs: options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs,
    requestTimeoutMs: options.requestTimeoutMs ?? DEFAULTS.requestTimeoutMs,
    maxInFlight: options.maxInFlight ?? DEFAULTS.maxInFlight,
    deadline,
    versionLimits: options.versionLimits ?? {},
    names: new Map(),
  };
  const pool = new BrokerPool(seedsOf(connection), settings);
  const topology = new Topology(alias, pool);
  const coordinators: CoordinatorCache = new Map();
  const context: RoutedReadContext = { alias, pool, deadline, givenUp: new Set() };
  return {
    alias,
    requirePermissions: (needed) => requirePermissions(context, needed),
    metadata: () => topology.load(),
    offsets: (topics) => readOffsets(context, topology, topics),
    firstTimestamps: (topics) => readFirstTimestamps(context, topology, topics),
    groups: () => readGroups(context, topology, coordinators),
    commits: (groups) => readCommits(context, topology, coordinators, groups),
    topicConfigs: (topics) => readTopicConfigs(context, topology, topics),
    scan: (request, visit) => scanPartition(context, topology, request, visit),
    peek: (requests) => peekRecords(context, topology, requests),
    requestsSent: () => pool.requestsSent(),
    close: async () => deadline.end(new BrokerFailure('READER_CLOSED', 'the reader was closed')),
  };
}

function seedsOf({ alias, bootstrapServers }: KafkaConnection): ServerAddress[] {
  const seeds = bootstrapServers.map((text) => ({ text, address: parseAddress(text) }));
  const wrong = seeds.filter(({ address }) => address === null);
  if (wrong.length > 0 || seeds.length === 0) {
    const which = seeds.length === 0 ? 'there are none' : wrong.map(({ text }) => `"${text}"`).join(', ');
    throw new TidemarkError('BOOTSTRAP_SERVERS_INVALID', `cluster ${alias}: not a bootstrap server: ${which}`, {
      remedy: 'write host:port, an IPv6 address in brackets',
    });
  }
  return seeds.flatMap(({ address }) => address ?? []);
}

/** Who we say we are, for messages; never a secret. */
function identityOf(sasl: SaslSettings | undefined): string {
  if (sasl === undefined) return 'us';
  if ('username' in sasl) return `user "${sasl.username}" (${sasl.mechanism})`;
  return `our token (${sasl.mechanism})`;
}
