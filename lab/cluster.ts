import { randomBytes } from 'node:crypto';
import type { KafkaConnection } from '../shared/config/connection/kafka-connection.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { type Access, clientPropertiesFor, connectionFor } from './access.ts';
import type { LabAgent } from './agent.ts';
import { createBroker, dataFolderOf } from './broker.ts';
import type { Certificates } from './certificates.ts';
import { ClusterAdmin } from './cluster-admin.ts';
import type { JavaProcess } from './java-process.ts';
import type { KafkaRelease } from './kafka-release.ts';
import { LabLink } from './link.ts';
import { type BrokerAddress, bootstrapOf, HOST, planListeners } from './listeners.ts';
import type { ProcessSetting } from './process-setting.ts';
import { LabProxy } from './proxy.ts';
import { ClusterSecurity, type SecurityOptions } from './security.ts';
import { waitUntil } from './wait-until.ts';
import { createZooKeeper } from './zookeeper.ts';

const READY_DEADLINE_MS = 180_000;

export interface ClusterOptions {
  /** The cluster's alias in MM2's configuration. */
  readonly alias: string;
  readonly brokers?: 1 | 3;
  /** Broker settings that win over the lab's. */
  readonly config?: Readonly<Record<string, string>>;
  readonly heapMb?: number;
  /** Runs brokers with the JVM's production compilers, for measurements. The default starts faster. */
  readonly optimised?: boolean;
  /** Requires a login: SASL_PLAINTEXT, SASL_SSL, SSL and MTLS listeners instead of PLAINTEXT. */
  readonly security?: SecurityOptions;
  /** Enables Kafka's StandardAuthorizer: without an ACL, only the lab itself may do anything. */
  readonly authorizer?: boolean;
  /** Puts a proxy, which brokers advertise, before every client listener: all client traffic then uses `link`. */
  readonly throughProxy?: boolean;
  /** Brokers of another release than the lab's. They can neither require a login nor have an authorizer. */
  readonly release?: KafkaRelease | undefined;
}

export interface ClusterSetting extends ProcessSetting {
  readonly agent: () => LabAgent;
  readonly certificates: () => Certificates;
}

/** A real Kafka cluster of one or three brokers on this machine; node ids start at 1. */
export class LabCluster {
  readonly alias: string;
  readonly clusterId = randomClusterId();
  readonly addresses: readonly BrokerAddress[];
  /** Kafka's own AdminClient as super user, without proxies. */
  readonly admin: ClusterAdmin;
  readonly #security: ClusterSecurity;
  readonly #brokers = new Map<number, JavaProcess>();
  readonly #zooKeeper: JavaProcess | null;
  readonly #links = new Map<number, LabLink>();
  readonly #labFolder: string;

  private constructor(options: ClusterOptions, setting: ClusterSetting, addresses: readonly BrokerAddress[]) {
    this.alias = options.alias;
    this.addresses = addresses;
    this.#labFolder = setting.folder;
    const { security, authorizer = false } = options;
    this.#security = new ClusterSecurity(
      security,
      authorizer,
      security === undefined ? undefined : setting.certificates(),
    );
    this.admin = new ClusterAdmin(setting.agent, this.superUserProperties, addresses.length);
    this.#zooKeeper =
      options.release?.mode === 'zookeeper'
        ? createZooKeeper(options.alias, addresses, options.release, setting)
        : null;
    for (const address of addresses) {
      const broker = createBroker(
        {
          alias: options.alias,
          clusterId: this.clusterId,
          address,
          all: addresses,
          heapMb: options.heapMb ?? 512,
          optimised: options.optimised ?? false,
          security: this.#security,
          config: options.config ?? {},
          release: options.release,
        },
        setting,
      );
      this.#brokers.set(address.nodeId, broker);
    }
  }

  /** Starts the cluster; resolves when every broker is registered and answers. */
  static async start(options: ClusterOptions, setting: ClusterSetting): Promise<LabCluster> {
    const { security, authorizer = false, throughProxy = false } = options;
    const plan = {
      secured: security !== undefined,
      internal: security !== undefined || authorizer || throughProxy,
      throughProxy,
    };
    const addresses: BrokerAddress[] = [];
    for (let nodeId = 1; nodeId <= (options.brokers ?? 1); nodeId++) addresses.push(await planListeners(nodeId, plan));
    const cluster = new LabCluster(options, setting, addresses);
    try {
      if (throughProxy) await cluster.#startLinks();
      cluster.#zooKeeper?.start();
      for (const broker of cluster.#brokers.values()) broker.start();
      await cluster.waitUntilRegistered(addresses.length);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** `host:port` of every broker's first client listener, or of the listener's proxy. */
  get bootstrapServers(): string {
    return bootstrapOf(this.addresses, this.#security.options === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT').join(',');
  }

  /** Tidemark's connection to this cluster; if it is secured, as its first user with SCRAM-SHA-512. */
  get connection(): KafkaConnection {
    return this.connectionFor(this.#defaultAccess);
  }

  /** Tidemark's connection to this cluster with a given access. */
  connectionFor(access: Access): KafkaConnection {
    return connectionFor(access, { alias: this.alias, addresses: this.addresses, security: this.#security });
  }

  /** The Java client settings for `connection`; `mm2Properties()` puts them into MM2's configuration. */
  get clientProperties(): Record<string, string> {
    return this.clientPropertiesFor(this.#defaultAccess);
  }

  clientPropertiesFor(access: Access): Record<string, string> {
    return clientPropertiesFor(access, { alias: this.alias, addresses: this.addresses, security: this.#security });
  }

  /** Java client settings of the lab's super user, without proxies. */
  get superUserProperties(): Record<string, string> {
    return {
      'bootstrap.servers': bootstrapOf(this.addresses, this.#ownListener).join(','),
      ...this.#security.superUserSettings(),
    };
  }

  /** The network path of all clients; requires `throughProxy`. */
  get link(): LabLink {
    return new LabLink([...this.#links.values()].flatMap((link) => link.proxies));
  }

  /** The network path to one broker; requires `throughProxy`. */
  linkTo(nodeId: number): LabLink {
    const link = this.#links.get(nodeId);
    if (link !== undefined) return link;
    throw new TidemarkError('LAB_NO_PROXY', `broker ${nodeId} of cluster ${this.alias} has no proxy`);
  }

  get nodeIds(): number[] {
    return [...this.#brokers.keys()];
  }

  isRunning(nodeId: number): boolean {
    return this.#broker(nodeId).running;
  }

  /** The folder with the broker's log segments. Kill the broker before you change anything in it. */
  dataFolder(nodeId: number): string {
    return dataFolderOf(this.#labFolder, this.alias, nodeId);
  }

  pid(nodeId: number): number | undefined {
    return this.#broker(nodeId).pid;
  }

  /** SIGKILL. */
  async kill(nodeId: number): Promise<void> {
    await this.#broker(nodeId).kill();
  }

  /** SIGTERM: the broker hands its partitions over and leaves. For the last broker of a cluster this takes longer. */
  async shutDown(nodeId: number): Promise<void> {
    await this.#broker(nodeId).stop();
  }

  /** SIGSTOP: the broker's connections stay open, but it no longer answers. */
  pause(nodeId: number): void {
    this.#broker(nodeId).pause();
  }

  resume(nodeId: number): void {
    this.#broker(nodeId).signal('SIGCONT');
  }

  /** Shuts the broker down if it runs, starts it with the same ports and data, and waits until it is registered. */
  async restart(nodeId: number): Promise<void> {
    const broker = this.#broker(nodeId);
    await broker.stop();
    broker.start();
    await this.waitUntilRegistered([...this.#brokers.values()].filter((peer) => peer.running).length);
  }

  /** Waits until the cluster's own metadata lists exactly `count` live brokers. */
  async waitUntilRegistered(count: number, deadlineMs = READY_DEADLINE_MS): Promise<void> {
    const running = [...this.#brokers.values()].filter((broker) => broker.running);
    await waitUntil(
      `cluster ${this.alias} to have ${count} of ${this.#brokers.size} brokers`,
      async () => {
        for (const broker of running) broker.assertRunning();
        return (await this.admin.liveBrokers()).length === count;
      },
      { deadlineMs, explain: () => running.map((broker) => broker.tail()).join('\n') },
    );
  }

  /** The broker's log so far. It is in the lab's folder, which is removed at the end. */
  log(nodeId: number): string {
    return this.#broker(nodeId).log();
  }

  /** Kafka's log lines of what the authorizers of all brokers allowed and denied. */
  authorizerLog(): string {
    return [...this.#brokers.values()].map((broker) => broker.authorizerLog()).join('');
  }

  /** Kills every broker at once (SIGKILL). Their data is removed with the lab, so nothing must be flushed. */
  async stop(): Promise<void> {
    await Promise.all([...this.#brokers.values(), this.#zooKeeper].map((process) => process?.kill()));
    await this.link.close();
  }

  get #defaultAccess(): Access {
    const [user] = Object.keys(this.#security.options?.users ?? {});
    if (this.#security.options === undefined || user === undefined) return { listener: 'PLAINTEXT' };
    return { listener: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512', user };
  }

  get #ownListener(): 'INTERNAL' | 'PLAINTEXT' {
    return bootstrapOf(this.addresses, 'INTERNAL').length > 0 ? 'INTERNAL' : 'PLAINTEXT';
  }

  async #startLinks(): Promise<void> {
    for (const { nodeId, listeners } of this.addresses) {
      const proxied = listeners.filter(({ port, advertisedPort }) => port !== advertisedPort);
      const start = proxied.map(({ port, advertisedPort }) => LabProxy.start({ host: HOST, port }, advertisedPort));
      this.#links.set(nodeId, new LabLink(await Promise.all(start)));
    }
  }

  #broker(nodeId: number): JavaProcess {
    const broker = this.#brokers.get(nodeId);
    if (broker !== undefined) return broker;
    throw new TidemarkError('LAB_NO_SUCH_BROKER', `cluster ${this.alias} has no broker ${nodeId}`);
  }
}

/** 16 bytes in base64url, without a leading dash: Kafka's tools would take that for an option. */
function randomClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
