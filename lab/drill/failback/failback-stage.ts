import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCluster } from '../../cluster.ts';
import type { LabConnect } from '../../connect.ts';
import { configureMirror, writesTo } from '../../connect-mirror.ts';
import { runTidemark } from '../../demo/run-tidemark.ts';
import { type Lab, startLab } from '../../lab.ts';
import { mm2Properties } from '../../mm2-properties.ts';
import { MotoMachines } from '../../step-functions/moto-machines.ts';
import { HookServer } from '../failover/hook-server.ts';
import { ENDS_IN_ORDER_MS, LiveGroup, LiveProducer, type Reach } from '../failover/live-clients.ts';

export interface FailbackScenario {
  readonly name: string;
  readonly mode: 'planned' | 'unplanned';
  readonly policy: 'identity' | 'default';
  /** What carries the failover and the failback out: the command line, or the state machines of the stack in moto. */
  readonly by: 'command-line' | 'state-machines';
}

export const TOPICS: Readonly<Record<string, number>> = { orders: 3, payments: 2 };
export const NAMES = Object.keys(TOPICS);
const LIVE_GROUPS = ['live-0', 'live-1'];

const USERS = ['mm2', 'app', 'auditor', 'fencer'];
const PASSWORD_VARIABLE = 'TIDEMARK_DRILL_PASSWORD';
const IDENTITY = { 'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy' };
const REVERSE = 'B->A';
/** Drops what `reconcile replay` has written: the other side has it. */
const WITHOUT_REPLAYED = {
  transforms: 'withoutReplayed',
  'transforms.withoutReplayed.type': 'org.apache.kafka.connect.transforms.Filter',
  'transforms.withoutReplayed.predicate': 'replayed',
  predicates: 'replayed',
  'predicates.replayed.type': 'org.apache.kafka.connect.transforms.predicates.HasHeaderKey',
  'predicates.replayed.name': 'tidemark-replayed',
};

/** The times of an application: on the source, on the target after the failover, and back on the source. */
export const PHASES = ['before', 'away', 'back'] as const;
export type Phase = (typeof PHASES)[number];

/** A consumer group over all phases: what it processed in each. */
export interface StagedGroup {
  readonly group: string;
  readonly in: Readonly<Record<Phase, LiveGroup>>;
}

/** Two clusters with fences, a Connect worker with the mirrors of both directions, applications, and the command line. */
export class FailbackStage {
  readonly scenario: FailbackScenario;
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly connect: LabConnect;
  readonly groups: readonly StagedGroup[];
  readonly producers: Readonly<Record<Phase, LiveProducer>>;
  /** Null if the command line carries everything out. */
  readonly machines: MotoMachines | null;
  readonly #hooks: HookServer;
  readonly #password: string;
  #phase: Phase = 'before';
  /** Where the name of the clients leads. */
  #name: 'A' | 'B' = 'A';

  private constructor(
    scenario: FailbackScenario,
    lab: Lab,
    clusters: readonly [LabCluster, LabCluster],
    parts: {
      readonly connect: LabConnect;
      readonly hooks: HookServer;
      readonly password: string;
      readonly machines: MotoMachines | null;
    },
  ) {
    this.scenario = scenario;
    this.lab = lab;
    [this.a, this.b] = clusters;
    this.connect = parts.connect;
    this.machines = parts.machines;
    this.#hooks = parts.hooks;
    this.#password = parts.password;
    this.groups = LIVE_GROUPS.map((group) => ({ group, in: perPhase(() => new LiveGroup(group)) }));
    this.producers = perPhase((phase) => new LiveProducer(phase));
  }

  static async open(scenario: FailbackScenario): Promise<FailbackStage> {
    const lab = await startLab();
    const hooks = await HookServer.start();
    let machines: MotoMachines | null = null;
    try {
      const password = randomBytes(12).toString('hex');
      process.env[PASSWORD_VARIABLE] = password;
      const security = { users: Object.fromEntries(USERS.map((user) => [user, password])) };
      const config = { 'allow.everyone.if.no.acl.found': 'true' };
      const [a, b] = await Promise.all([
        lab.startCluster({ alias: 'A', security, authorizer: true, config }),
        lab.startCluster({ alias: 'B', security, authorizer: true, config }),
      ]);
      const topics = Object.fromEntries(Object.entries(TOPICS).map(([name, partitions]) => [name, { partitions }]));
      await a.admin.createTopics(topics);
      // Applications write to topics of the same name on B: with the identity policy MirrorMaker makes them.
      if (scenario.policy === 'default') await b.admin.createTopics(topics);
      const connect = await lab.startConnect({
        bootstrapServers: b.bootstrapServers,
        clientProperties: b.clientProperties,
        name: 'connect',
      });
      const policy = scenario.policy === 'identity' ? IDENTITY : {};
      const more = { ...policy, topics: NAMES.join(','), 'sync.topic.acls.enabled': 'false' };
      await configureMirror(connect, a, b, more);
      await configureMirror(connect, b, a, { ...more, ...WITHOUT_REPLAYED, ...writesTo(a) }, true);
      const progress = (line: string): void => void process.stderr.write(`${line} …\n`);
      if (scenario.by === 'state-machines') machines = await MotoMachines.start(configIn(lab), progress);
      const stage = new FailbackStage(scenario, lab, [a, b], { connect, hooks, password, machines });
      stage.#writeConfiguration();
      return stage;
    } catch (error) {
      await machines?.stop();
      hooks.stop();
      await lab.stop();
      throw error;
    }
  }

  /** What consumers read on a cluster: with the default policy also what came from the other one, if there is anything. */
  readOn(cluster: 'A' | 'B'): readonly string[] {
    if (this.scenario.policy === 'identity' || (cluster === 'A' && this.#phase !== 'back')) return NAMES;
    return [...NAMES, ...NAMES.map((name) => `${cluster === 'A' ? 'B' : 'A'}.${name}`)];
  }

  /** Begins the first phase: groups read and the application writes on A. */
  async begin(): Promise<void> {
    await this.#startClients('before');
  }

  /** Runs the command line with the drill's configuration and history. */
  async tidemark(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
    const history = this.machines?.history ?? join(this.lab.folder, 'history.db');
    const common = ['--config', configIn(this.lab), '--history', history];
    const ran = await runTidemark([...args, ...common, '--format', 'json'], this.machines?.variables);
    if (ran.stdout.includes(this.#password)) throw new Error('the password was printed');
    return ran;
  }

  async stopGroups(): Promise<void> {
    const isDead = this.scenario.mode === 'unplanned' && this.#phase === 'before';
    const withinMs = isDead ? undefined : ENDS_IN_ORDER_MS;
    await Promise.all(this.groups.map((group) => group.in[this.#phase].stop(withinMs)));
  }

  async stop(): Promise<void> {
    const clients = [...Object.values(this.producers), ...this.groups.flatMap((group) => Object.values(group.in))];
    await Promise.all(clients.map((one) => one.stop()));
    this.#hooks.stop();
    await this.machines?.stop();
    await this.lab.stop();
  }

  async #startClients(phase: Phase): Promise<void> {
    this.#phase = phase;
    const cluster = this.#name === 'A' ? this.a : this.b;
    const sasl = { mechanism: 'scram-sha-512', username: 'app', password: this.#password } as const;
    const reach: Reach = { brokers: cluster.bootstrapServers.split(','), sasl };
    const side = phase === 'away' ? 'target' : 'source';
    await Promise.all(this.groups.map((group) => group.in[phase].start(side, reach, this.readOn(this.#name))));
    await this.producers[phase].start(reach, NAMES);
  }

  /** Applications start again and find their cluster by the name. Called twice, the second time does nothing more. */
  async #restartClients(phase: Phase): Promise<void> {
    if (this.#phase === phase) return;
    await this.stopGroups();
    await this.producers[this.#phase].stop();
    await this.#startClients(phase);
  }

  #writeConfiguration(): void {
    const sasl = (username: string) => ({ mechanism: 'SCRAM-SHA-512', username, password: { env: PASSWORD_VARIABLE } });
    const own = { sasl: sasl('auditor'), writer: { sasl: sasl('fencer') } };
    const flow = (name: string, kafkaConnectOn: 'source' | 'target', phase: Phase, leadsTo: 'A' | 'B') => ({
      flow: name,
      connect: { url: this.connect.url },
      connectOffsets: { cluster: kafkaConnectOn, topic: 'connect-offsets' },
      failover: this.#failover(sasl('app'), phase, leadsTo),
    });
    const flows = [flow('A->B', 'target', 'away', 'B'), flow(REVERSE, 'source', 'back', 'A')];
    const properties = mm2Properties(this.a, this.b, {
      ...(this.scenario.policy === 'identity' ? IDENTITY : {}),
      topics: NAMES.join(','),
      'B->A.enabled': 'true',
      'sync.topic.acls.enabled': 'false',
    });
    writeFileSync(join(this.lab.folder, 'mm2.properties'), properties);
    // JSON is YAML.
    const text = JSON.stringify({ mm2: 'mm2.properties', clusters: { A: own, B: own }, flows }, null, 1);
    writeFileSync(configIn(this.lab), text);
  }

  #failover(sasl: object, phase: Phase, leadsTo: 'A' | 'B'): object {
    const hook = (name: string, apply: () => Promise<unknown>, check?: () => Promise<boolean>) => ({
      hook: {
        apply: this.#hooks.argv(`${name}-${leadsTo}`, apply),
        timeoutSeconds: 120,
        ...(check === undefined ? {} : { check: this.#hooks.argv(`${name}-${leadsTo}-check`, check) }),
      },
    });
    const canary = { topic: 'orders', sasl };
    return {
      mirrorControl: 'connect',
      fence: {
        acl: { principals: ['User:app'], mirrorPrincipal: 'User:mm2', everyoneWithoutAcl: true, canary },
      },
      stopConsumers: hook('stop-groups', () => this.stopGroups()),
      dns: hook(
        'switch-name',
        async () => {
          this.#name = leadsTo;
        },
        async () => this.#name === leadsTo,
      ),
      cutConnections: hook('restart-clients', () => this.#restartClients(phase)),
    };
  }
}

function configIn({ folder }: Lab): string {
  return join(folder, 'tidemark.yaml');
}

function perPhase<T>(make: (phase: Phase) => T): Record<Phase, T> {
  return { before: make('before'), away: make('away'), back: make('back') };
}
