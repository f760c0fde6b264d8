import type { IsolationLevel } from '../../../domain/model/cluster.ts';
import { partitionName } from '../../../domain/model/topic-partition.ts';
import type { BrokerConnection } from '../connection/broker-connection.ts';
import { NONE } from '../kafka-error-code.ts';
import { FETCH, type FetchedPartition, type FetchPartition } from '../wire/fetch.ts';

export interface PartitionFetch {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly isolation: IsolationLevel;
  readonly maxBytes: number;
  /** Put nothing else into the same request: an empty answer then means that there is nothing to read (KIP-74). */
  readonly alone: boolean;
}

interface Waiting {
  readonly fetch: PartitionFetch;
  resolve(answer: FetchedPartition): void;
  reject(error: unknown): void;
}

/** Bytes of records per answer, and answers at once. Together they bound the memory for a cluster's reads. */
const MAX_BYTES = 8 * 1024 * 1024;
const REQUESTS_AT_ONCE = 2;
const PARTITIONS_AT_ONCE = 500;
/** For remote storage. A broker waits for no producer. */
const MAX_WAIT_MS = 500;

/** Fetches single partitions from one broker. Fetches that are wanted at the same time share requests. */
export class PartitionFetcher {
  readonly #connection: BrokerConnection;
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
  #scheduled = false;

  constructor(connection: BrokerConnection) {
    this.#connection = connection;
  }

  /** @throws what a connection throws */
  fetch(fetch: PartitionFetch): Promise<FetchedPartition> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ fetch, resolve, reject });
      this.#schedule();
    });
  }

  /** Sends in a later turn, so that other fetches from this broker in the current turn share the request. */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#underWay >= REQUESTS_AT_ONCE) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.length > 0 && this.#underWay < REQUESTS_AT_ONCE) void this.#send(this.#nextBatch());
    });
  }

  /** Fetches that fit into one request: each partition once, one isolation level, limited bytes. */
  #nextBatch(): Waiting[] {
    const [first] = this.#waiting;
    if (first === undefined) return [];
    if (first.fetch.alone) return this.#waiting.splice(0, 1);
    const batch: Waiting[] = [];
    const taken = new Set<string>();
    let bytes = 0;
    for (let i = 0; i < this.#waiting.length && batch.length < PARTITIONS_AT_ONCE; ) {
      const waiting = this.#waiting[i];
      if (waiting === undefined) break;
      const { topic, partition, isolation, maxBytes, alone } = waiting.fetch;
      const name = partitionName(topic, partition);
      const fits = batch.length === 0 || bytes + maxBytes <= MAX_BYTES;
      if (alone || isolation !== first.fetch.isolation || taken.has(name) || !fits) {
        i++;
        continue;
      }
      taken.add(name);
      bytes += maxBytes;
      batch.push(waiting);
      this.#waiting.splice(i, 1);
    }
    return batch;
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    this.#underWay++;
    try {
      const topics = new Map<string, FetchPartition[]>();
      for (const { fetch } of batch) {
        const partitions = topics.get(fetch.topic) ?? [];
        partitions.push(fetch);
        topics.set(fetch.topic, partitions);
      }
      const { isolation } = first.fetch;
      const answer = await this.#connection.send(FETCH, {
        isolation,
        maxWaitMs: MAX_WAIT_MS,
        maxBytes: MAX_BYTES,
        topics,
      });
      const answers = new Map(answer.partitions.map((one) => [partitionName(one.topic, one.partition), one]));
      for (const waiting of batch) {
        const one = answers.get(partitionName(waiting.fetch.topic, waiting.fetch.partition));
        if (one !== undefined && answer.error === NONE) waiting.resolve(one);
        // A client over its quota gets no partitions and must ask again (KIP-219). kafkajs waits before the next
        // request.
        else if (answer.error === NONE && answer.throttleTimeMs > 0) this.#waiting.push(waiting);
        else waiting.resolve(refusal(waiting.fetch, answer.error));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#underWay--;
      this.#schedule();
    }
  }
}

const UNKNOWN_SERVER_ERROR = -1;

function refusal({ topic, partition }: PartitionFetch, error: number): FetchedPartition {
  return {
    topic,
    partition,
    error: error === NONE ? UNKNOWN_SERVER_ERROR : error,
    highWatermark: -1n,
    lastStableOffset: -1n,
    logStart: -1n,
    aborted: [],
    records: Buffer.alloc(0),
  };
}

const FETCHERS = new WeakMap<BrokerConnection, PartitionFetcher>();

/** The only fetcher of a connection. */
export function fetcherOf(connection: BrokerConnection): PartitionFetcher {
  const known = FETCHERS.get(connection);
  if (known !== undefined) return known;
  const fetcher = new PartitionFetcher(connection);
  FETCHERS.set(connection, fetcher);
  return fetcher;
}
