import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { KafkaConnection } from '../shared/config/kafka-connection.ts';
import { TidemarkError } from '../shared/errors.ts';
import { createBroker } from './broker.ts';
import { freePorts } from './free-port.ts';
import type { JavaProcess } from './java-process.ts';
import { advertised, type BrokerAddress, type Listener } from './listeners.ts';
import { waitUntil } from './wait-until.ts';
import type { WatchdogLink } from './watchdog-link.ts';

const READY_DEADLINE_MS = 90_000;

export interface ClusterOptions {
  /** The cluster's alias in MM2's configuration. */
  readonly alias: string;
  readonly brokers?: 1 | 3;
  /** Broker settings that win over the lab's. */
  readonly config?: Readonly<Record<string, string>>;
  readonly heapMb?: number;
}

export interface ClusterSetting {
  readonly folder: string;
  readonly classpath: string;
  readonly watchdog: WatchdogLink;
}

/** A real Kafka cluster of one or three brokers on this machine; node ids begin at 1. */
export class LabCluster {
  readonly alias: string;
  readonly clusterId: string;
  readonly addresses: readonly BrokerAddress[];
  readonly #brokers: ReadonlyMap<number, JavaProcess>;

  private constructor(options: ClusterOptions, setting: ClusterSetting, addresses: readonly BrokerAddress[]) {
    this.alias = options.alias;
    this.clusterId = randomBytes(16).toString('base64url');
    this.addresses = addresses;
    this.#brokers = new Map(
      addresses.map((address) => [
        address.nodeId,
        createBroker(
          {
            alias: options.alias,
            clusterId: this.clusterId,
            address,
            all: addresses,
            folder: setting.folder,
            classpath: setting.classpath,
            heapMb: options.heapMb ?? 512,
            security: {},
            format: [],
            config: options.config ?? {},
          },
          setting.watchdog,
        ),
      ]),
    );
  }

  /** Starts the cluster; resolves when every broker is registered and answers. */
  static async start(options: ClusterOptions, setting: ClusterSetting): Promise<LabCluster> {
    const addresses: BrokerAddress[] = [];
    for (let nodeId = 1; nodeId <= (options.brokers ?? 1); nodeId++) {
      const [client = 0, controller = 0] = await freePorts(2);
      const listeners: Listener[] = [
        { name: 'PLAINTEXT', port: client, advertisedPort: client },
        { name: 'CONTROLLER', port: controller, advertisedPort: controller },
      ];
      addresses.push({ nodeId, listeners });
    }
    const cluster = new LabCluster(options, setting, addresses);
    for (const broker of cluster.#brokers.values()) broker.start();
    try {
      await cluster.waitUntilRegistered(addresses.length);
    } catch (error) {
      await Promise.all([...cluster.#brokers.values()].map((broker) => broker.kill()));
      throw error;
    }
    return cluster;
  }

  /** `host:port` of every broker's client listener. */
  get bootstrapServers(): string {
    return this.addresses.map((address) => advertised(address, 'PLAINTEXT')).join(',');
  }

  /** How Tidemark reaches this cluster. */
  get connection(): KafkaConnection {
    return { alias: this.alias, bootstrapServers: this.bootstrapServers.split(','), clientId: 'tidemark-lab' };
  }

  get nodeIds(): number[] {
    return [...this.#brokers.keys()];
  }

  isRunning(nodeId: number): boolean {
    return this.#broker(nodeId).running;
  }

  /** SIGKILL. */
  async kill(nodeId: number): Promise<void> {
    await this.#broker(nodeId).kill();
  }

  /** SIGSTOP: the broker's connections stay open and nothing is answered any more. */
  pause(nodeId: number): void {
    this.#broker(nodeId).signal('SIGSTOP');
  }

  resume(nodeId: number): void {
    this.#broker(nodeId).signal('SIGCONT');
  }

  /** Ends the broker in order if it runs, starts it on the same ports and data, and waits until it is registered. */
  async restart(nodeId: number): Promise<void> {
    const broker = this.#broker(nodeId);
    await broker.stop();
    broker.start();
    await this.waitUntilRegistered([...this.#brokers.values()].filter((peer) => peer.running).length);
  }

  /** Waits until the cluster's own metadata lists exactly `count` live brokers. */
  async waitUntilRegistered(count: number, deadlineMs = READY_DEADLINE_MS): Promise<void> {
    const running = [...this.#brokers.entries()].filter(([, broker]) => broker.running);
    await waitUntil(
      `cluster ${this.alias} to have ${count} of ${this.#brokers.size} brokers`,
      async () => {
        for (const [, broker] of running) broker.assertRunning();
        return (await this.#liveBrokers()) === count;
      },
      { deadlineMs, explain: () => running.map(([, broker]) => broker.tail()).join('\n') },
    );
  }

  /** A broker's log so far; it lives in the lab's folder and goes with it. */
  log(nodeId: number): string {
    return this.#broker(nodeId).log();
  }

  /** What the authorizers of all brokers allowed and denied, one line each, as Kafka logs it. */
  authorizerLog(): string {
    return [...this.#brokers.values()].map((broker) => broker.authorizerLog()).join('');
  }

  /** Ends every broker at once; their data is the lab's to remove, so nothing is flushed. */
  async stop(): Promise<void> {
    await Promise.all([...this.#brokers.values()].map((broker) => broker.kill()));
  }

  async #liveBrokers(): Promise<number> {
    const kafka = new Kafka({
      clientId: 'tidemark-lab-ready',
      brokers: this.bootstrapServers.split(','),
      logLevel: logLevel.NOTHING,
      connectionTimeout: 1_000,
      requestTimeout: 2_000,
      enforceRequestTimeout: true,
      retry: { retries: 0 },
    });
    const admin = kafka.admin();
    try {
      await admin.connect();
      return (await admin.describeCluster()).brokers.length;
    } finally {
      await admin.disconnect();
    }
  }

  #broker(nodeId: number): JavaProcess {
    const broker = this.#brokers.get(nodeId);
    if (broker !== undefined) return broker;
    throw new TidemarkError('LAB_NO_SUCH_BROKER', `cluster ${this.alias} has no broker ${nodeId}`);
  }
}
