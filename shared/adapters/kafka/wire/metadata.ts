import type { BrokerNode } from '../../../domain/model/cluster.ts';
import type { Api } from './api.ts';
import { toldOperations } from './authorized-operations.ts';
import type { ResponseReader } from './response-reader.ts';

/** `null` asks for all topics that we may describe: others are left out without a word. */
export interface MetadataRequest {
  readonly topics: readonly string[] | null;
  /** Whether to be told as well what we may do (KIP-430). */
  readonly operations?: boolean;
}

export interface MetadataTopic {
  readonly error: number;
  readonly topic: string;
  readonly id: string | null;
  readonly internal: boolean;
  /** Leader node id by partition index; null where there is none. */
  readonly leaders: readonly (number | null)[];
  readonly replicationFactor: number;
  /** What we may do with the topic, as a set of bits; null where it was not asked or is not told. */
  readonly operations: number | null;
}

export interface MetadataAnswer {
  readonly error: number;
  readonly clusterId: string | null;
  readonly brokers: readonly BrokerNode[];
  readonly topics: readonly MetadataTopic[];
  /** What we may do with the cluster; versions 8 to 10 only, `DescribeCluster` tells it after that. */
  readonly clusterOperations: number | null;
}

/**
 * Metadata. Topic ids come with version 10 (KIP-516). Nothing before version 4: those create the topics they are
 * asked for.
 */
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
    const brokers = reader.array((r) => {
      const broker = { nodeId: r.int32(), host: r.string(), port: r.int32() };
      r.nullableString(); // rack
      r.tags();
      return broker;
    });
    const clusterId = reader.nullableString();
    reader.int32(); // controller_id
    const topics = reader.array((r) => readTopic(r, version));
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
  const leaders: (number | null)[] = [];
  let replicationFactor = 0;
  reader.skipArray((r) => {
    r.int16(); // an error here is the missing leader
    const partition = r.int32();
    const leader = r.int32();
    if (version >= 7) r.int32(); // leader_epoch
    const replicas = skipInts(r);
    skipInts(r); // isr_nodes
    if (version >= 5) skipInts(r); // offline_replicas
    r.tags();
    while (leaders.length < partition) leaders.push(null);
    leaders[partition] = leader < 0 ? null : leader;
    replicationFactor = Math.max(replicationFactor, replicas);
  });
  const operations = version >= 8 ? toldOperations(reader.int32()) : null;
  reader.tags();
  return { error, topic, id, internal, leaders, replicationFactor, operations };
}

function skipInts(reader: ResponseReader): number {
  const length = reader.arrayLength();
  reader.skip(length * 4);
  return length;
}
