import type { BrokerNode, ClusterMetadata, TopicMetadata } from '../../../domain/model/cluster.ts';
import { AuthenticationError } from '../../../domain/model/errors.ts';
import type { Permission } from '../../../domain/model/permission.ts';
import { BrokerFailure } from '../connection/broker-failure.ts';
import type { BrokerPool } from '../connection/broker-pool.ts';
import {
  ILLEGAL_SASL_STATE,
  kafkaErrorCode,
  NONE,
  TOPIC_AUTHORIZATION_FAILED,
  UNKNOWN_TOPIC_OR_PARTITION,
} from '../kafka-error-code.ts';
import { METADATA, type MetadataAnswer, type MetadataTopic } from '../wire/metadata.ts';
import { askAny } from './ask-any.ts';
import { unauthorized, unreachable } from './read-failure.ts';
import { UNUSED_NAME } from './require-permissions.ts';

/** For more names than this, requesting all of the cluster's metadata is cheaper. */
const ASK_BY_NAME_AT_MOST = 500;

/** The known brokers, topics and leaders of the cluster. Looked up again if a leader has changed. */
export class Topology {
  readonly #alias: string;
  readonly #pool: BrokerPool;
  #metadata: Promise<ClusterMetadata> | undefined;

  constructor(alias: string, pool: BrokerPool) {
    this.#alias = alias;
    this.#pool = pool;
  }

  /** Reads the metadata of all topics. @throws ClusterUnreachableError, AuthenticationError, AuthorizationError */
  load(): Promise<ClusterMetadata> {
    const loading = this.#loadAll();
    this.#metadata = loading;
    loading.catch(() => {
      if (this.#metadata === loading) this.#metadata = undefined;
    });
    return loading;
  }

  /** The metadata as last read; reads it the first time. */
  current(): Promise<ClusterMetadata> {
    return this.#metadata ?? this.load();
  }

  /**
   * Requests by name the topics that the list of all topics lacks. Only then does Kafka distinguish absent topics from
   * forbidden ones.
   *
   * @throws AuthorizationError, ClusterUnreachableError, AuthenticationError
   */
  async require(topics: readonly string[]): Promise<ClusterMetadata> {
    const metadata = await this.current();
    const unknown = topics.filter((topic) => !metadata.topics.has(topic));
    return unknown.length === 0 ? metadata : this.#orUnreachable(() => this.refresh(unknown));
  }

  /** Reads topics again by name, and forgets those that no longer exist. @throws BrokerFailure, AuthorizationError */
  async refresh(topics: readonly string[]): Promise<ClusterMetadata> {
    const before = await this.current();
    const byName = topics.length <= ASK_BY_NAME_AT_MOST;
    const answer = await this.#ask(byName ? topics : null);
    const denied = answer.topics.filter(({ error }) => error === TOPIC_AUTHORIZATION_FAILED);
    if (denied.length > 0) throw unauthorized(this.#alias, denied.map(describePermission), topics.length);
    const known = new Map(byName ? before.topics : []);
    for (const topic of byName ? topics : []) known.delete(topic);
    addTopics(known, answer.topics);
    const { clusterId, brokers } = answer;
    const after = { clusterId, brokers, topics: known };
    this.#metadata = Promise.resolve(after);
    return after;
  }

  /**
   * Looks up the brokers and their addresses, without any topic. @throws ClusterUnreachableError, AuthenticationError
   */
  async learnBrokers(): Promise<void> {
    await this.#orUnreachable(() => this.#ask([]));
  }

  /** Whether a topic exists that the list of all topics lacks; null if we may not know. */
  async exists(topic: string): Promise<boolean | null> {
    const metadata = await this.current();
    if (metadata.topics.has(topic)) return true;
    const answer = await this.#orUnreachable(() => this.#ask([topic]));
    const error = answer.topics[0]?.error ?? UNKNOWN_TOPIC_OR_PARTITION;
    return error === TOPIC_AUTHORIZATION_FAILED ? null : error !== UNKNOWN_TOPIC_OR_PARTITION;
  }

  async broker(nodeId: number): Promise<BrokerNode | undefined> {
    return (await this.current()).brokers.find((broker) => broker.nodeId === nodeId);
  }

  async #loadAll(): Promise<ClusterMetadata> {
    const { clusterId, brokers, topics } = await this.#orUnreachable(() => this.#ask(null));
    const known = new Map<string, TopicMetadata>();
    addTopics(known, topics);
    if (known.size === 0) await this.#refuseIfBlind();
    return { clusterId, brokers, topics: known };
  }

  /**
   * Without Describe on topics, Kafka lists none and reports no error. This distinguishes that from an empty cluster.
   */
  async #refuseIfBlind(): Promise<void> {
    const probe = await this.#orUnreachable(() => this.#ask([UNUSED_NAME]));
    if (probe.topics[0]?.error === TOPIC_AUTHORIZATION_FAILED) {
      throw unauthorized(this.#alias, [describePermission({ topic: '*' })], 1);
    }
  }

  async #ask(topics: readonly string[] | null): Promise<MetadataAnswer> {
    const answer = await askAny(this.#pool, async (connection) => {
      const { address } = connection;
      const metadata = await connection.send(METADATA, { topics });
      if (metadata.error === ILLEGAL_SASL_STATE) {
        throw new AuthenticationError(
          this.#alias,
          `cluster ${this.#alias}: ${address} did not accept our credentials`,
          {
            remedy: 'check the SASL settings of this cluster',
          },
        );
      }
      if (metadata.error !== NONE) {
        throw new BrokerFailure('NO_BROKERS', `${address} answered ${kafkaErrorCode(metadata.error).name}`);
      }
      // Before version 13 an answer has no error of its own. An answer without brokers is an error.
      if (metadata.brokers.length === 0) throw new BrokerFailure('NO_BROKERS', `${address} knows no broker`);
      return metadata;
    });
    this.#pool.learn(answer.brokers);
    return answer;
  }

  async #orUnreachable<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof BrokerFailure)) throw error;
      if (error.code === 'SASL_REQUIRED') {
        throw new AuthenticationError(this.#alias, `cluster ${this.#alias}: ${error.message}`, {
          ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
        });
      }
      throw unreachable(this.#alias, error);
    }
  }
}

export function describePermission({ topic }: { readonly topic: string }): Permission {
  return { operation: 'Describe', resourceType: 'Topic', resourceName: topic };
}

/** Skips topics with an error and no partitions: they are being created or deleted. Others only lack leaders. */
function addTopics(known: Map<string, TopicMetadata>, topics: readonly MetadataTopic[]): void {
  for (const { error, topic, id, internal, leaders, replicationFactor } of topics) {
    if (error !== NONE && leaders.length === 0) continue;
    known.set(topic, { topic, id, internal, leaders, replicationFactor });
  }
}
