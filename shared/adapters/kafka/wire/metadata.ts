import type { BrokerNode } from '../../../domain/model/cluster.ts';
import type { Api } from './api.ts';
import { toldOperations } from './authorized-operations.ts';
import { Once } from './once.ts';
import { MalformedResponseError, type ResponseReader } from './response-reader.ts';

/** Tidemark asks each broker for its groups. The largest clusters have some hundreds of brokers. */
const MAX_BROKERS = 2_000;
/**
 * Limit for all topics together. Each partition takes about a kilobyte. The largest clusters have two hundred thousand.
 */
const MAX_PARTITIONS = 500_000;

/** `null` requests all topics that we may describe; brokers silently omit the others. */
export interface MetadataRequest {
  readonly topics: readonly string[] | null;
  /** Whether to ask for our permissions as well (KIP-430). */
  readonly operations?: boolean;
}

export interface MetadataTopic {
  readonly error: number;
  readonly topic: string;
  readonly id: string | null;
  readonly internal: boolean;
  /** Leader node id by partition index; null if the partition has no leader. */
  readonly leaders: readonly (number | null)[];
  readonly replicationFactor: number;
  /** Our permissions on the topic, as a set of bits; null if not requested or not reported. */
  readonly operations: number | null;
}

export interface MetadataAnswer {
  readonly error: number;
  readonly clusterId: string | null;
  readonly brokers: readonly BrokerNode[];
  readonly topics: readonly MetadataTopic[];
  /** Our permissions on the cluster. Versions 8 to 10 only; after that, `DescribeCluster` reports them. */
  readonly clusterOperations: number | null;
}

/** Metadata. Version 10 added topic ids (KIP-516). Versions before 4 are not used: they create the requested topics. */
export const METADATA: Api<MetadataRequest, MetadataAnswer> = {
  key: 3,
  name: 'Metadata',
  oldest: 4,
  newest: 13,
  flexibleFrom: 9,
  write(writer, { topics, operations = false }, version) {
    if (topics === null) writer.nullArray();
    else {
      writer.array(topics, (topic) => {
        if (version >= 10) writer.noUuid();
        writer.string(topic).tags();
      });
    }
    writer.boolean(false); // allow_auto_topic_creation
    if (version >= 8 && version <= 10) writer.boolean(operations);
    if (version >= 8) writer.boolean(operations);
    writer.tags();
  },
  read(reader, version) {
    reader.throttle();
    const nodeIds = new Once<number>();
    const brokers = reader.array((r) => {
      const broker = { nodeId: r.int32(), host: r.string(), port: r.int32() };
      nodeIds.see(broker.nodeId);
      if (broker.port < 1 || broker.port > 65_535) throw new MalformedResponseError(`a broker's port ${broker.port}`);
      r.nullableString(); // rack
      r.tags();
      return broker;
    });
    if (brokers.length > MAX_BROKERS) throw new MalformedResponseError(`${brokers.length} brokers`);
    const clusterId = reader.nullableString();
    reader.int32(); // controller_id
    const once = new Once<string>();
    const topics = reader.array((r) => {
      const topic = readTopic(r, version);
      once.see(topic.topic);
      return topic;
    });
    const partitions = topics.reduce((sum, { leaders }) => sum + leaders.length, 0);
    if (partitions > MAX_PARTITIONS) throw new MalformedResponseError(`${partitions} partitions`);
    const clusterOperations = version >= 8 && version <= 10 ? toldOperations(reader.int32()) : null;
    const error = version >= 13 ? reader.int16() : 0;
    reader.tags();
    return { error, clusterId, brokers, topics, clusterOperations };
  },
};

function readTopic(reader: ResponseReader, version: number): MetadataTopic {
  const error = reader.int16();
  const topic = reader.name();
  const id = version >= 10 ? reader.uuid() : null;
  const internal = reader.boolean();
  const found = new Map<number, number | null>();
  let replicationFactor = 0;
  const once = new Once<number>();
  reader.skipArray((r) => {
    r.int16(); // An error here means only that the leader is missing.
    const partition = r.partition();
    const leader = r.int32();
    once.see(partition);
    if (version >= 7) r.int32(); // leader_epoch
    const replicas = r.skipInt32s();
    r.skipInt32s(); // isr_nodes
    if (version >= 5) r.skipInt32s(); // offline_replicas
    r.tags();
    found.set(partition, leader < 0 ? null : leader);
    replicationFactor = Math.max(replicationFactor, replicas);
  });
  const operations = version >= 8 ? toldOperations(reader.int32()) : null;
  reader.tags();
  return { error, topic, id, internal, leaders: leadersOf(found), replicationFactor, operations };
}

/** By partition index. A broker may omit partitions that it has not heard of yet, but never most of them. */
function leadersOf(found: ReadonlyMap<number, number | null>): (number | null)[] {
  const count = 1 + [...found.keys()].reduce((most, partition) => Math.max(most, partition), -1);
  if (count > 2 * found.size) throw new MalformedResponseError(`partition ${count - 1} among ${found.size} of a topic`);
  return Array.from({ length: count }, (_, partition) => found.get(partition) ?? null);
}
