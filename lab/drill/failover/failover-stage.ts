import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCluster } from '../../cluster.ts';
import type { LabConnect } from '../../connect.ts';
import { configureMirror } from '../../connect-mirror.ts';
import { runTidemark } from '../../demo/run-tidemark.ts';
import { type Lab, startLab } from '../../lab.ts';
import type { LabMm2 } from '../../mm2.ts';
import { mm2Properties } from '../../mm2-properties.ts';
import { HookServer } from './hook-server.ts';
import { LiveGroup, LiveProducer, type Reach } from './live-clients.ts';

export interface FailoverScenario {
  readonly name: string;
  readonly mode: 'planned' | 'unplanned';
  readonly policy: 'default' | 'identity';
  /** How MirrorMaker runs, and is stopped: in dedicated mode by a hook, or on Connect by its REST API. */
  readonly mirror: 'dedicated' | 'connect';
}

export const TOPICS: Readonly<Record<string, number>> = { orders: 3, payments: 2 };
export const LIVE_GROUPS = ['live-0', 'live-1', 'live-2', 'live-3'];

const USERS = ['mm2', 'app', 'auditor', 'fencer', 'reader'];
const PASSWORD_VARIABLE = 'TIDEMARK_DRILL_PASSWORD';
const MIRRORED = Object.keys(TOPICS);

/** Two clusters, MirrorMaker, applications that find their cluster by a name, and Tidemark's command line. */
export class FailoverStage {
  readonly scenario: FailoverScenario;
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly hooks: HookServer;
  readonly groups = LIVE_GROUPS.map((group) => new LiveGroup(group));
  readonly producer = new LiveProducer('before');
  /** Writes to the target once the name leads there; only after a planned failover. */
  readonly nativeProducer = new LiveProducer('native');
  readonly #password: string;
  #mm2: LabMm2 | null = null;
  #connect: LabConnect | null = null;
  /** Where the name of the clients leads. */
  #name: 'source' | 'target' = 'source';

  private constructor(
    scenario: FailoverScenario,
    lab: Lab,
    clusters: readonly [LabCluster, LabCluster],
    parts: {
      readonly hooks: HookServer;
      readonly password: string;
    },
  ) {
    this.scenario = scenario;
    this.lab = lab;
    [this.a, this.b] = clusters;
    this.hooks = parts.hooks;
    this.#password = parts.password;
  }

  static async open(scenario: FailoverScenario): Promise<FailoverStage> {
    const lab = await startLab();
    const hooks = await HookServer.start();
    try {
      const password = randomBytes(12).toString('hex');
      process.env[PASSWORD_VARIABLE] = password;
      const security = { users: Object.fromEntries(USERS.map((user) => [user, password])) };
      const config = { 'allow.everyone.if.no.acl.found': 'true' };
      const clusters = await Promise.all([
        lab.startCluster({ alias: 'A', security, authorizer: true, config }),
        lab.startCluster({ alias: 'B' }),
      ]);
      const stage = new FailoverStage(scenario, lab, clusters, { hooks, password });
      const topics = Object.fromEntries(Object.entries(TOPICS).map(([name, partitions]) => [name, { partitions }]));
      await stage.a.admin.createTopics(topics);
      // Applications write to topics of the same name on the target: with the identity policy MirrorMaker makes them.
      if (scenario.policy === 'default') await stage.b.admin.createTopics(topics);
      await stage.#startMirror();
      stage.#writeConfiguration();
      return stage;
    } catch (error) {
      hooks.stop();
      await lab.stop();
      throw error;
    }
  }

  /** A mirrored topic's name on the target. */
  onTarget(topic: string): string {
    return this.scenario.policy === 'default' ? `A.${topic}` : topic;
  }

  reach(side: 'source' | 'target'): Reach {
    if (side === 'target') return { brokers: this.b.bootstrapServers.split(',') };
    const sasl = { mechanism: 'scram-sha-512', username: 'app', password: this.#password } as const;
    return { brokers: this.a.bootstrapServers.split(','), sasl };
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
    if (ran.stdout.includes(this.#password)) throw new Error('the password was printed');
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

  async startGroups(side: 'source' | 'target'): Promise<void> {
    const names =
      side === 'source' ? MIRRORED : [...new Set([...MIRRORED.map((topic) => this.onTarget(topic)), ...MIRRORED])];
    await Promise.all(this.groups.map((group) => group.start(side, this.reach(this.#name), names)));
  }

  async stopGroups(): Promise<void> {
    await Promise.all(this.groups.map((group) => group.stop()));
  }

  async stop(): Promise<void> {
    await Promise.all([this.producer.stop(), this.nativeProducer.stop(), this.stopGroups()]);
    this.hooks.stop();
    await this.lab.stop();
  }

  async #startMirror(): Promise<void> {
    const policy =
      this.scenario.policy === 'default'
        ? {}
        : { 'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy' };
    const properties = mm2Properties(this.a, this.b, policy);
    writeFileSync(join(this.lab.folder, 'mm2.properties'), properties);
    if (this.scenario.mirror === 'dedicated') {
      this.#mm2 = await this.lab.startMm2({ properties });
      return;
    }
    this.#connect = await this.lab.startConnect({ bootstrapServers: this.b.bootstrapServers, name: 'connect' });
    await configureMirror(this.#connect, this.a, this.b, policy);
  }

  #writeConfiguration(): void {
    const { hooks } = this;
    const sasl = (username: string) => ({ mechanism: 'SCRAM-SHA-512', username, password: { env: PASSWORD_VARIABLE } });
    const hook = (apply: readonly string[], more: object = {}) => ({ hook: { apply, timeoutSeconds: 120, ...more } });
    const mm2 = this.#mm2;
    const mirrorControl =
      mm2 === null
        ? 'connect'
        : hook(
            hooks.argv('stop-mm2', () => mm2.stop()),
            {
              putBack: hooks.argv('start-mm2', () => mm2.start()),
              check: hooks.argv('is-mm2-stopped', async () => !mm2.running),
            },
          );
    const canary = { topic: 'orders', sasl: sasl('app') };
    const acl = { principals: ['User:app'], mirrorPrincipal: 'User:mm2', everyoneWithoutAcl: true, canary };
    const failover = {
      objectives: { rtoSeconds: 120, ...(this.scenario.mode === 'planned' ? { rpoRecords: 0 } : {}) },
      mirrorControl,
      fence: { acl },
      stopConsumers: hook(hooks.argv('stop-groups', () => this.stopGroups())),
      dns: hook(
        hooks.argv('switch-name', async () => {
          this.#name = 'target';
        }),
        { check: hooks.argv('is-switched', async () => this.#name === 'target') },
      ),
      cutConnections: hook(hooks.argv('restart-clients', () => this.#restartClients())),
    };
    const flow = {
      flow: 'A->B',
      ...(this.#connect === null
        ? {}
        : { connect: { url: this.#connect.url }, connectOffsets: { cluster: 'target', topic: 'connect-offsets' } }),
      failover,
    };
    const clusters = { A: { sasl: sasl('auditor'), writer: { sasl: sasl('fencer') } } };
    // JSON is YAML.
    const text = JSON.stringify({ mm2: 'mm2.properties', clusters, flows: [flow] }, null, 1);
    writeFileSync(join(this.lab.folder, 'tidemark.yaml'), text);
  }

  /** Applications start again and find their cluster by the name. Called twice, the second time does nothing more. */
  async #restartClients(): Promise<void> {
    await this.stopGroups();
    await this.producer.stop();
    await this.startGroups('target');
    if (this.scenario.mode === 'planned') await this.nativeProducer.start(this.reach(this.#name), MIRRORED);
  }
}
