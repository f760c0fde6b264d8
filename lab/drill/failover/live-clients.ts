import kafkajs, { type Consumer, type Kafka, type KafkaConfig, type Producer } from 'kafkajs';
import { Processed } from './processed.ts';

/** How to reach a cluster as a client; with a `socketFactory`, `brokers` may be a name that the machine does not know. */
export type Reach = Pick<KafkaConfig, 'brokers' | 'sasl'> & Partial<Pick<KafkaConfig, 'socketFactory'>>;

/** How long a client whose cluster is dead may take to end, in milliseconds. */
const END_WITHIN_MS = 5_000;
/**
 * How long consumers of a cluster that answers may take, on a busy machine. One that is still there when positions are read
 * processes records that it does not commit.
 */
export const ENDS_IN_ORDER_MS = 90_000;
const START_AGAIN_MS = 500;
const BURST = 10;
const BURST_EVERY_MS = 50;

const RETRY = { retries: 2, initialRetryTime: 100 };

function clientOf(reach: Reach, clientId: string): Kafka {
  return new kafkajs.Kafka({
    ...reach,
    clientId,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: RETRY,
  });
}

/** A consumer group that reads all the time, and every id that it has processed, on each side. */
export class LiveGroup {
  readonly group: string;
  readonly processed = new Processed();
  /** Why its consumer crashed, each time. */
  readonly crashes: string[] = [];
  #consumer: Consumer | null = null;

  constructor(group: string) {
    this.group = group;
  }

  async start(side: 'source' | 'target', reach: Reach, topics: readonly string[]): Promise<void> {
    const consumer = clientOf(reach, this.group).consumer({
      groupId: this.group,
      sessionTimeout: 10_000,
      // A member that crashed right before it was stopped would come back, and stay.
      retry: { ...RETRY, restartOnFailure: async () => this.#consumer === consumer },
    });
    this.#consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      this.crashes.push(error.message);
      // kafkajs gives up after some errors. Applications have a supervisor that starts them again.
      if (!restart) void this.#startAgain(consumer, () => this.start(side, reach, topics));
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommitInterval: 500,
      eachMessage: async ({ message }) => {
        const id = message.headers?.id?.toString() ?? '';
        this.processed.add(side, [id], Date.now());
      },
    });
  }

  async #startAgain(crashed: Consumer, start: () => Promise<void>): Promise<void> {
    await within(crashed.disconnect());
    while (this.#consumer === crashed) {
      await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS));
      if (this.#consumer === crashed) await start().catch((error: Error) => this.crashes.push(error.message));
    }
  }

  /** @param withinMs how long it may take: a cluster that is lost does not answer */
  async stop(withinMs = END_WITHIN_MS): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = null;
    if (consumer === null) return;
    await within(consumer.disconnect(), withinMs);
  }
}

/** An application that writes all the time, and every id that its cluster has acknowledged. */
export class LiveProducer {
  readonly acknowledged: string[] = [];
  /** When its cluster acknowledged the first of them: ms since the epoch. */
  firstAcknowledged: number | null = null;
  /** Of sends that failed: the cluster may have taken them or not. */
  failed = 0;
  readonly #prefix: string;
  #producer: Producer | null = null;
  #running: Promise<void> = Promise.resolve();
  #next = 0;
  #bursts = 0;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  async start(reach: Reach, topics: readonly string[]): Promise<void> {
    const producer = clientOf(reach, this.#prefix).producer({ retry: { retries: 0 }, idempotent: false });
    this.#producer = producer;
    await producer.connect();
    this.#running = this.#write(producer, topics);
  }

  /** Ends, and waits for the last answer. */
  async stop(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    if (producer === null) return;
    await within(this.#running);
    await within(producer.disconnect());
  }

  async #write(producer: Producer, topics: readonly string[]): Promise<void> {
    while (this.#producer === producer) {
      const topic = topics[this.#bursts++ % topics.length] ?? '';
      const ids = Array.from({ length: BURST }, () => `${this.#prefix}-${this.#next++}`);
      const messages = ids.map((id) => ({ key: `k${this.#bursts % 97}`, value: id, headers: { id } }));
      await producer.send({ topic, acks: -1, messages }).then(
        () => {
          this.acknowledged.push(...ids);
          this.firstAcknowledged ??= Date.now();
        },
        () => {
          this.failed += ids.length;
        },
      );
      await new Promise((resolve) => setTimeout(resolve, BURST_EVERY_MS));
    }
  }
}

async function within(work: Promise<unknown>, ms = END_WITHIN_MS): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => undefined), end]);
  clearTimeout(timer);
}
