import type { z } from 'zod';
import type { IsolationLevel } from '../shared/domain/model/cluster.ts';
import type { LabAgent } from './agent.ts';
import * as schemas from './agent-schemas.ts';
import { waitUntil } from './wait-until.ts';

export interface TopicSpec {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: Readonly<Record<string, string>>;
}

export interface AclSpec {
  /** `User:name`. */
  readonly principal: string;
  readonly operation: string;
  readonly resourceType: 'TOPIC' | 'GROUP' | 'CLUSTER' | 'TRANSACTIONAL_ID';
  readonly resourceName: string;
  readonly patternType?: 'LITERAL' | 'PREFIXED';
  readonly permission?: 'ALLOW' | 'DENY';
}

export interface ConsumerSpec {
  readonly group: string;
  readonly topics: readonly string[];
  /** `consumer` is the protocol of KIP-848. */
  readonly protocol: 'classic' | 'consumer';
  /** More Java consumer settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A member of a group that polls and commits until it is stopped. */
export interface LiveConsumer {
  /** Commits, leaves the group, and returns the number of records read. */
  stop(): Promise<bigint>;
}

export interface RawRecord {
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Kafka's own AdminClient on one cluster, as its super user, plus live consumers and raw reads. */
export class ClusterAdmin {
  readonly #agent: () => LabAgent;
  readonly #client: Readonly<Record<string, string>>;
  readonly #agreements: number;

  constructor(agent: () => LabAgent, client: Readonly<Record<string, string>>, brokers: number) {
    this.#agent = agent;
    this.#client = client;
    // The client asks random brokers. This many equal answers in a row most likely include every broker.
    this.#agreements = brokers === 1 ? 1 : 3 * brokers;
  }

  /** Node ids of the brokers that the cluster's metadata lists as alive. */
  liveBrokers(timeoutMs = 2_000): Promise<number[]> {
    return this.#call('liveBrokers', { timeoutMs }, schemas.nodeIds);
  }

  /** Creates a topic, waits until every partition has a leader, and returns its id (base64url). */
  async createTopic(topic: string, spec: TopicSpec = {}): Promise<string> {
    const ids = await this.createTopics({ [topic]: spec });
    return ids[topic] ?? '';
  }

  async createTopics(topics: Readonly<Record<string, TopicSpec>>): Promise<Record<string, string>> {
    const rows = Object.entries(topics).map(([name, spec]) => ({
      name,
      partitions: spec.partitions ?? 1,
      replicationFactor: spec.replicationFactor ?? 1,
      config: spec.config ?? {},
    }));
    const ids = await this.#call('createTopics', { topics: rows }, schemas.topicIds);
    await this.#waitUntilAgreed('the new topics to have leaders', async () => {
      const described = await this.describeTopics(Object.keys(topics));
      return rows.every(({ name, partitions }) => {
        const leaders = described[name]?.id === ids[name] ? described[name]?.leaders : undefined;
        return leaders?.length === partitions && leaders.every((leader) => leader !== null);
      });
    });
    return ids;
  }

  /** Deletes topics and waits until no broker lists them, so that they can be created again. */
  async deleteTopics(...topics: string[]): Promise<void> {
    await this.#call('deleteTopics', { topics }, schemas.done);
    await this.#waitUntilAgreed('the topics to be gone', async () => {
      const left = new Set(await this.listTopics());
      return topics.every((topic) => !left.has(topic));
    });
  }

  listTopics(): Promise<string[]> {
    return this.#call('listTopics', {}, schemas.topicNames);
  }

  describeTopics(topics: readonly string[]): Promise<Record<string, schemas.TopicDescription>> {
    return this.#call('describeTopics', { topics }, schemas.topicDescriptions);
  }

  /** Raises a topic's partition count to `total`. */
  createPartitions(topic: string, total: number): Promise<void> {
    return this.#call('createPartitions', { topic, total }, schemas.done);
  }

  /** Moves a partition to these brokers, the first of which becomes its preferred leader. */
  reassign(topic: string, partition: number, replicas: readonly number[]): Promise<void> {
    return this.#call('reassign', { topic, partition, replicas }, schemas.done);
  }

  alterTopicConfig(
    topic: string,
    set: Readonly<Record<string, string>>,
    remove: readonly string[] = [],
  ): Promise<void> {
    return this.#call('alterConfigs', { type: 'TOPIC', name: topic, set, remove }, schemas.done);
  }

  /** Deletes the records before an offset; −1n deletes all. Returns the new log start. */
  deleteRecords(topic: string, partition: number, before: bigint): Promise<bigint> {
    return this.#call('deleteRecords', { topic, partition, before: String(before) }, schemas.int64);
  }

  /** Start, high watermark and last stable offset of every partition. */
  listOffsets(...topics: string[]): Promise<schemas.PartitionOffsets[]> {
    return this.#call('listOffsets', { topics }, schemas.partitionOffsets);
  }

  listGroups(): Promise<schemas.AgentGroupListing[]> {
    return this.#call('listGroups', {}, schemas.groupListings);
  }

  groupOffsets(group: string): Promise<schemas.GroupOffset[]> {
    return this.#call('groupOffsets', { group }, schemas.committedOffsets);
  }

  /** Sets a group's positions; the broker refuses while the group has members. */
  commitOffsets(group: string, topic: string, offsets: Readonly<Record<number, bigint>>): Promise<void> {
    const rows = Object.entries(offsets).map(([partition, offset]) => ({
      topic,
      partition: Number(partition),
      offset: String(offset),
    }));
    return this.#call('commitOffsets', { group, offsets: rows }, schemas.done);
  }

  /** Has a consumer of the group read the record before an offset and commit there, with that record's leader epoch. */
  readAndCommit(group: string, topic: string, partition: number, offset: bigint): Promise<void> {
    return this.#call('readAndCommit', { group, topic, partition, offset: String(offset) }, schemas.done);
  }

  deleteGroupOffsets(group: string, topic: string, partitions: readonly number[]): Promise<void> {
    const rows = partitions.map((partition) => ({ topic, partition }));
    return this.#call('deleteGroupOffsets', { group, partitions: rows }, schemas.done);
  }

  deleteGroups(...groups: string[]): Promise<void> {
    return this.#call('deleteGroups', { groups }, schemas.done);
  }

  /**
   * The answer of `RemoteClusterUtils.translateOffsets` on this (target) cluster for a group of `sourceAlias`. If the
   * time runs out before it has read all checkpoints, the answer is incomplete.
   */
  translateOffsets(sourceAlias: string, group: string, timeoutMs = 30_000): Promise<schemas.GroupOffset[]> {
    return this.#call('translateOffsets', { source: sourceAlias, group, timeoutMs }, schemas.committedOffsets);
  }

  /** Starts a consumer; resolves when it has partitions. */
  async startConsumer(spec: ConsumerSpec): Promise<LiveConsumer> {
    const name = crypto.randomUUID();
    await this.#call('startConsumer', { ...spec, name }, schemas.done);
    return { stop: () => this.#call('stopConsumer', { name }, schemas.int64) };
  }

  /** Consumes as the group up to the present log ends, commits and leaves. Returns the records. */
  drainGroup(
    group: string,
    topics: readonly string[],
    protocol: ConsumerSpec['protocol'] = 'classic',
  ): Promise<schemas.ConsumedRecord[]> {
    return this.#call('drainGroup', { group, topics, protocol }, schemas.consumedRecords);
  }

  /** Waits until the brokers have the ACLs: the controller confirms before they do. */
  async createAcls(...acls: AclSpec[]): Promise<void> {
    await this.#call('createAcls', { acls }, schemas.done);
    await this.#waitUntilAgreed('the brokers to have the ACLs', () => this.#haveAcls(acls, acls.length));
  }

  async deleteAcls(...acls: AclSpec[]): Promise<void> {
    await this.#call('deleteAcls', { acls }, schemas.done);
    await this.#waitUntilAgreed('the brokers to drop the ACLs', () => this.#haveAcls(acls, 0));
  }

  async #haveAcls(acls: readonly AclSpec[], count: number): Promise<boolean> {
    return (await this.#call('countAcls', { acls }, schemas.count)) === count;
  }

  /** The data records in a partition's last `offsets` offsets, in order. */
  tail(topic: string, partition: number, offsets: number, isolation: IsolationLevel): Promise<schemas.RecordId[]> {
    return this.#call('tail', { topic, partition, offsets, isolation }, schemas.recordIds);
  }

  /** The complete data records of a small topic from `from` (default: the log start) to its end. */
  async readRaw(topic: string, partition: number, from?: bigint): Promise<RawRecord[]> {
    const parameters = { topic, partition, ...(from === undefined ? {} : { from: String(from) }) };
    const rows = await this.#call('readRaw', parameters, schemas.rawRecords);
    return rows.map((row) => ({
      ...row,
      key: row.key === null ? null : Buffer.from(row.key, 'base64'),
      value: row.value === null ? null : Buffer.from(row.value, 'base64'),
    }));
  }

  /** Sends any other command to the agent, with this cluster's client settings. */
  get call(): ClusterCall {
    return (command, parameters, schema) => this.#call(command, parameters, schema);
  }

  /** Waits until all brokers agree: they learn of new and deleted topics one after the other. */
  async #waitUntilAgreed(what: string, condition: () => Promise<boolean>): Promise<void> {
    let agreements = 0;
    const agreed = async (): Promise<boolean> => {
      agreements = (await condition().catch(() => false)) ? agreements + 1 : 0;
      return agreements >= this.#agreements;
    };
    await waitUntil(what, agreed, { intervalMs: 20 });
  }

  #call: ClusterCall = (command, parameters, schema) =>
    this.#agent().call(command, { ...parameters, client: this.#client }, schema);
}

export type ClusterCall = <T>(
  command: string,
  parameters: Readonly<Record<string, unknown>>,
  schema: z.ZodType<T>,
) => Promise<T>;
