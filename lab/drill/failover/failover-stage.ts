import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeBlackHole, openBlackHole } from '../../black-hole.ts';
import type { LabCluster } from '../../cluster.ts';
import type { TopicSpec } from '../../cluster-admin.ts';
import type { LabConnect } from '../../connect.ts';
import { configureMirror } from '../../connect-mirror.ts';
import { runTidemark } from '../../demo/run-tidemark.ts';
import { type Lab, startLab } from '../../lab.ts';
import type { LabMm2 } from '../../mm2.ts';
import { MM2_ON_THREE_BROKERS, mm2Properties } from '../../mm2-properties.ts';
import { waitUntil } from '../../wait-until.ts';
import { IDENTITY, Logins } from '../logins.ts';
import { CLIENTS_NAME, ClientsName } from './clients-name.ts';
import { HookServer } from './hook-server.ts';
import { JavaApplication, type JavaGroup } from './java-application.ts';
import { ENDS_IN_ORDER_MS, LiveGroup, LiveProducer, type Reach } from './live-clients.ts';
import type { Processed } from './processed.ts';

export interface FailoverScenario {
  readonly name: string;
  readonly mode: 'planned' | 'unplanned';
  readonly policy: 'default' | 'identity';
  /** How MirrorMaker runs, and is stopped: in dedicated mode by a hook, or on Connect by its REST API. */
  readonly mirror: 'dedicated' | 'connect';
  /**
   * What happens to the source of an unplanned failover: all brokers are killed, its packets vanish, or two of its three
   * brokers are killed, and the third one answers.
   */
  readonly fault: 'killed' | 'black-holed' | 'one-broker-left' | 'none';
  /** Groups that have a position and no consumers. Few: Java consumers read from time to time. Many: positions are written. */
  readonly restingGroups: 8 | 100;
}

/** A kind of client, and whether it leads itself to the target or is restarted. */
export interface LiveClient {
  readonly kind: string;
  readonly group: string;
  readonly processed: Processed;
}

export const TOPICS: Readonly<Record<string, number>> = { orders: 3, payments: 2 };
const KAFKAJS_GROUPS = ['live-0', 'live-1', 'live-2', 'live-3'];
const CLASSIC: JavaGroup = { group: 'java-classic', protocol: 'classic' };
const KIP_848: JavaGroup = { group: 'java-kip848', protocol: 'consumer' };
const MOVER: JavaGroup = { group: 'java-mover', protocol: 'classic' };

/**
 * How long the hook lets MirrorMaker end by itself, in milliseconds. With a dead source it takes more than a minute, and has
 * nothing to commit. One whose source answers is waited for: killed, it would not have committed how far it came.
 */
const STOP_WITHIN_MS = { unplanned: 5_000, planned: 90_000 } as const;
const MIRRORED = Object.keys(TOPICS);

/** Two clusters, MirrorMaker, applications that find their cluster by a name, and Tidemark's command line. */
export class FailoverStage {
  readonly scenario: FailoverScenario;
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly hooks: HookServer;
  /** Where the clients' name leads, at a DNS server. */
  readonly name: ClientsName;
  readonly groups = KAFKAJS_GROUPS.map((group) => new LiveGroup(group));
  /** Restarted by the hooks, as the runbook advises. */
  readonly restarted: JavaApplication;
  /** Leads itself to the target, if its source is lost as a whole. */
  readonly mover: JavaApplication;
  readonly producer = new LiveProducer('before');
  /** Writes to the target once the name leads there; only after a planned failover. */
  readonly nativeProducer = new LiveProducer('native');
  readonly #logins: Logins;
  #mm2: LabMm2 | null = null;
  #connect: LabConnect | null = null;
  private constructor(
    scenario: FailoverScenario,
    lab: Lab,
    clusters: readonly [LabCluster, LabCluster],
    parts: {
      readonly hooks: HookServer;
      readonly logins: Logins;
      readonly name: ClientsName;
    },
  ) {
    this.scenario = scenario;
    this.lab = lab;
    [this.a, this.b] = clusters;
    this.hooks = parts.hooks;
    this.#logins = parts.logins;
    this.name = parts.name;
    const { 'bootstrap.servers': _, ...login } = this.a.clientPropertiesFor({
      listener: 'SASL_PLAINTEXT',
      mechanism: 'SCRAM-SHA-512',
      user: 'app',
    });
    const common = { name: parts.name, login, topics: this.#readAnywhere, targetId: this.b.clusterId };
    // Records that applications write to a mirrored topic of the target would make its loss impossible to compare with the figure of an audit.
    const writes = scenario.policy === 'default' || scenario.mode === 'planned';
    const producer = writes ? { producer: { prefix: 'java', topics: MIRRORED } } : {};
    this.restarted = new JavaApplication(lab, { ...common, groups: [CLASSIC, KIP_848] });
    this.mover = new JavaApplication(lab, { ...common, groups: [MOVER], ...producer });
  }

  static async open(scenario: FailoverScenario): Promise<FailoverStage> {
    const lab = await startLab();
    const hooks = await HookServer.start();
    let name: ClientsName | null = null;
    try {
      const logins = new Logins();
      const brokers = scenario.fault === 'one-broker-left' ? 3 : 1;
      const throughProxy = scenario.fault === 'black-holed';
      const clusters = await Promise.all([
        lab.startCluster({ alias: 'A', ...logins.cluster, brokers, throughProxy }),
        // One login for both: applications that are led elsewhere keep their settings.
        lab.startCluster({ alias: 'B', security: logins.cluster.security }),
      ]);
      name = await ClientsName.open(...clusters);
      const stage = new FailoverStage(scenario, lab, clusters, { hooks, logins, name });
      await stage.a.admin.createTopics(topicsWith(brokers));
      // Applications write to topics of the same name on the target: with the identity policy MirrorMaker makes them.
      if (scenario.policy === 'default') await stage.b.admin.createTopics(topicsWith(1));
      await stage.#startMirror();
      stage.#writeConfiguration();
      return stage;
    } catch (error) {
      hooks.stop();
      await name?.stop();
      await lab.stop();
      throw error;
    }
  }

  /** A mirrored topic's name on the target. */
  onTarget(topic: string): string {
    return this.scenario.policy === 'default' ? `A.${topic}` : topic;
  }

  /** All clients that run, by kind. */
  get clients(): readonly LiveClient[] {
    const { restarted, mover } = this;
    const java = (kind: string, application: JavaApplication, { group }: JavaGroup): LiveClient[] => {
      const processed = application.processed.get(group);
      return processed === undefined ? [] : [{ kind, group, processed }];
    };
    return [
      ...this.groups.map(({ group, processed }) => ({ kind: 'kafkajs, restarted', group, processed })),
      ...java('Java classic, restarted', restarted, CLASSIC),
      ...java('Java KIP-848, restarted', restarted, KIP_848),
      ...java(this.movesItself ? 'Java classic, moves' : 'Java classic, tuned, restarted', mover, MOVER),
    ];
  }

  /** A source that answers keeps its clients, whatever the name says: they have to be restarted. */
  get movesItself(): boolean {
    return this.scenario.fault === 'killed' || this.scenario.fault === 'black-holed';
  }

  /** How an application finds its cluster: by name, at the lab's DNS server. */
  get reach(): Reach {
    const sasl = this.#logins.application;
    return { brokers: [this.name.bootstrap], sasl, socketFactory: this.name.socketFactory };
  }

  /** Runs the command line with the drill's configuration and history. */
  async tidemark(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
    const common = [
      '--config',
      join(this.lab.folder, 'tidemark.yaml'),
      '--history',
      join(this.lab.folder, 'history.db'),
    ];
    const ran = await runTidemark([...args, ...common, '--format', 'json']);
    this.#logins.requireSecret(ran.stdout);
    return ran;
  }

  /** Mirrors nothing until it is resumed. */
  pauseMirror(): void {
    this.#mm2?.pause();
    this.#connect?.pause();
  }

  resumeMirror(): void {
    this.#mm2?.resume();
    this.#connect?.resume();
  }

  /** Applications begin to read and to write on the source. */
  async startClients(): Promise<void> {
    this.restarted.start();
    this.mover.start();
    await Promise.all(this.groups.map((group) => group.start('source', this.reach, MIRRORED)));
    await this.producer.start(this.reach, MIRRORED);
    await waitUntil('all clients to read', () => this.clients.every(({ processed }) => processed.source.length > 0), {
      deadlineMs: 180_000,
      explain: () => `${this.#unread()}\n${this.restarted.tail()}\n${this.mover.tail()}`,
    });
  }

  /** A consumer that is still there afterwards would commit behind the plan: whose cluster answers, ends in order. */
  async stopGroups(): Promise<void> {
    const java = this.movesItself ? [this.restarted] : [this.restarted, this.mover];
    const withinMs = this.scenario.mode === 'planned' ? ENDS_IN_ORDER_MS : undefined;
    await Promise.all([...this.groups, ...java].map((one) => one.stop(withinMs)));
  }

  /** All consumers end, those that moved by themselves too. */
  async stopReading(): Promise<void> {
    await Promise.all([this.stopGroups(), this.mover.stop()]);
  }

  async stopWriting(): Promise<void> {
    this.mover.stopWriting();
    await this.nativeProducer.stop();
  }

  /** The source is lost, as the scenario says. */
  async loseSource(): Promise<void> {
    const gates = this.name.gates('source');
    if (this.scenario.fault === 'black-holed') {
      for (const link of [this.a.link, gates]) await openBlackHole(this.a.admin, link);
      return;
    }
    for (const [i, nodeId] of this.a.nodeIds.entries()) {
      if (this.scenario.fault === 'one-broker-left' && i === 0) continue;
      await this.a.kill(nodeId);
      // Nothing listens there any more, as at the address of a machine whose broker has died.
      await gates.proxies[i]?.cut();
    }
  }

  /** The source comes back, with all that it had. */
  async bringSourceBack(): Promise<void> {
    const gates = this.name.gates('source');
    if (this.scenario.fault === 'black-holed') {
      for (const link of [this.a.link, gates]) await closeBlackHole(this.a.admin, link);
      return;
    }
    for (const [i, nodeId] of this.a.nodeIds.entries()) {
      if (this.scenario.fault === 'one-broker-left' && i === 0) continue;
      await this.a.restart(nodeId);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.producer.stop(), this.nativeProducer.stop(), this.stopReading()]);
    this.hooks.stop();
    await this.name.stop();
    await this.lab.stop();
  }

  async #startMirror(): Promise<void> {
    const policy = this.scenario.policy === 'default' ? {} : IDENTITY;
    const isThree = this.a.addresses.length === 3;
    const properties = mm2Properties(this.a, this.b, { ...policy, ...(isThree ? MM2_ON_THREE_BROKERS : {}) });
    writeFileSync(join(this.lab.folder, 'mm2.properties'), properties);
    if (this.scenario.mirror === 'dedicated') {
      this.#mm2 = await this.lab.startMm2({ properties });
      return;
    }
    const { bootstrapServers, clientProperties } = this.b;
    this.#connect = await this.lab.startConnect({ bootstrapServers, clientProperties, name: 'connect' });
    const syncs = isThree ? { 'offset-syncs.topic.replication.factor': '3' } : {};
    await configureMirror(this.#connect, this.a, this.b, { ...policy, ...syncs });
  }

  #writeConfiguration(): void {
    const { hooks } = this;
    const hook = (apply: readonly string[], more: object = {}) => ({ hook: { apply, timeoutSeconds: 120, ...more } });
    const mm2 = this.#mm2;
    const mirrorControl =
      mm2 === null
        ? 'connect'
        : hook(
            hooks.argv('stop-mm2', () => mm2.stop(STOP_WITHIN_MS[this.scenario.mode])),
            {
              putBack: hooks.argv('start-mm2', () => mm2.start()),
              check: hooks.argv('is-mm2-stopped', async () => !mm2.running),
            },
          );
    const failover = {
      objectives: { rtoSeconds: 120, ...(this.scenario.mode === 'planned' ? { rpoRecords: 0 } : {}) },
      mirrorControl,
      fence: this.#logins.fence(),
      stopConsumers: hook(hooks.argv('stop-groups', () => this.stopGroups())),
      dns: {
        ...hook(
          hooks.argv('switch-name', async () => this.name.leadTo('target')),
          { check: hooks.argv('is-switched', () => this.name.leadsTo('target')) },
        ),
        name: CLIENTS_NAME,
        leadsTo: this.name.addresses('target'),
        resolvers: [this.name.server.address],
      },
      cutConnections: hook(hooks.argv('restart-clients', () => this.#restartClients())),
    };
    const flow = {
      flow: 'A->B',
      ...(this.#connect === null
        ? {}
        : { connect: { url: this.#connect.url }, connectOffsets: { cluster: 'target', topic: 'connect-offsets' } }),
      failover,
    };
    const { own } = this.#logins;
    const clusters = { A: own, B: own };
    // JSON is YAML.
    const text = JSON.stringify({ mm2: 'mm2.properties', clusters, flows: [flow] }, null, 1);
    writeFileSync(join(this.lab.folder, 'tidemark.yaml'), text);
  }

  /** Applications start again and find their cluster by the name. Called twice, the second time does nothing more. */
  async #restartClients(): Promise<void> {
    await this.stopGroups();
    await this.producer.stop();
    this.restarted.start();
    this.mover.start();
    await Promise.all(this.groups.map((group) => group.start('target', this.reach, this.#readAnywhere)));
    if (this.scenario.mode === 'planned') await this.nativeProducer.start(this.reach, MIRRORED);
  }

  /** What consumers read wherever the name leads them: a topic that does not exist there has no records. */
  get #readAnywhere(): readonly string[] {
    return [...new Set([...MIRRORED.map((topic) => this.onTarget(topic)), ...MIRRORED])];
  }

  #unread(): string {
    const silent = this.clients.filter(({ processed }) => processed.source.length === 0).map(({ group }) => group);
    const ended = [...this.restarted.died, ...this.mover.died, ...this.groups.flatMap(({ crashes }) => crashes)];
    return `no record yet: ${silent.join(', ')}; ended: ${ended.join('; ') || 'none'}`;
  }
}

function topicsWith(replicationFactor: number): Readonly<Record<string, TopicSpec>> {
  return Object.fromEntries(
    Object.entries(TOPICS).map(([name, partitions]) => [name, { partitions, replicationFactor }]),
  );
}
