import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabCluster } from '../../cluster.ts';
import type { LabConnect } from '../../connect.ts';
import { configureMirror, writesTo } from '../../connect-mirror.ts';
import { runTidemark } from '../../demo/run-tidemark.ts';
import { type Lab, startLab } from '../../lab.ts';
import { mm2Properties } from '../../mm2-properties.ts';
import { MotoMachines } from '../../step-functions/moto-machines.ts';
import { type HookAction, HookServer } from '../failover/hook-server.ts';
import { ENDS_IN_ORDER_MS, LiveGroup, LiveProducer, type Reach } from '../failover/live-clients.ts';
import { IDENTITY, Logins } from '../logins.ts';

export interface FailbackScenario {
  readonly name: string;
  readonly mode: 'planned' | 'unplanned';
  readonly policy: 'identity' | 'default';
  /** Where clients are led after the failover to B: back to A, or on to a third cluster. */
  readonly leads: 'back' | 'forward';
  /** What carries the failover and the failback out: the command line, or the state machines of the stack in moto. */
  readonly by: 'command-line' | 'state-machines';
}

export const TOPICS: Readonly<Record<string, number>> = { orders: 3, payments: 2 };
export const NAMES = Object.keys(TOPICS);
const LIVE_GROUPS = ['live-0', 'live-1'];

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

export type Alias = 'A' | 'B' | 'C';

/** The times of an application: on A, on B after the failover, and where it is led then. */
export const PHASES = ['before', 'away', 'after'] as const;
export type Phase = (typeof PHASES)[number];

/** A consumer group over all phases: what it processed in each. */
export interface StagedGroup {
  readonly group: string;
  readonly in: Readonly<Record<Phase, LiveGroup>>;
}

interface ThirdCluster {
  readonly cluster: LabCluster;
  readonly connect: LabConnect;
}

/**
 * Two clusters with fences, a Connect worker with the mirrors of both directions, applications, and the command line. Of a
 * scenario that leads on: a third cluster, whose Connect worker has no connector yet.
 */
export class FailbackStage {
  readonly scenario: FailbackScenario;
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly connect: LabConnect;
  readonly third: ThirdCluster | null;
  readonly groups: readonly StagedGroup[];
  readonly producers: Readonly<Record<Phase, LiveProducer>>;
  /** Null if the command line carries everything out. */
  readonly machines: MotoMachines | null;
  /** Called once, after a hook has stopped the consumers. */
  onGroupsStopped: (() => Promise<void>) | null = null;
  readonly #hooks: HookServer;
  readonly #logins: Logins;
  #phase: Phase = 'before';
  /** Where the name of the clients leads. */
  #name: Alias = 'A';

  private constructor(
    scenario: FailbackScenario,
    lab: Lab,
    clusters: readonly [LabCluster, LabCluster],
    parts: {
      readonly connect: LabConnect;
      readonly third: ThirdCluster | null;
      readonly hooks: HookServer;
      readonly logins: Logins;
      readonly machines: MotoMachines | null;
    },
  ) {
    this.scenario = scenario;
    this.lab = lab;
    [this.a, this.b] = clusters;
    this.connect = parts.connect;
    this.third = parts.third;
    this.machines = parts.machines;
    this.#hooks = parts.hooks;
    this.#logins = parts.logins;
    this.groups = LIVE_GROUPS.map((group) => ({ group, in: perPhase(() => new LiveGroup(group)) }));
    this.producers = perPhase((phase) => new LiveProducer(phase));
  }

  static async open(scenario: FailbackScenario): Promise<FailbackStage> {
    const lab = await startLab();
    const hooks = await HookServer.start();
    let machines: MotoMachines | null = null;
    try {
      const logins = new Logins();
      const isForward = scenario.leads === 'forward';
      const start = (alias: Alias) => lab.startCluster({ alias, ...logins.cluster });
      const [a, b, c] = await Promise.all([start('A'), start('B'), isForward ? start('C') : null]);
      const topics = Object.fromEntries(Object.entries(TOPICS).map(([name, partitions]) => [name, { partitions }]));
      await a.admin.createTopics(topics);
      // Applications write to topics of the same name on B: with the identity policy MirrorMaker makes them.
      if (scenario.policy === 'default') for (const one of [b, c]) await one?.admin.createTopics(topics);
      const workerOn = ({ bootstrapServers, clientProperties }: LabCluster, name: string) =>
        lab.startConnect({ bootstrapServers, clientProperties, name });
      const connect = await workerOn(b, 'connect');
      const third = c === null ? null : { cluster: c, connect: await workerOn(c, 'connect-c') };
      const more = mirrorSettings(scenario);
      await configureMirror(connect, a, b, more);
      await configureMirror(connect, b, a, { ...more, ...WITHOUT_REPLAYED, ...writesTo(a) }, true);
      const progress = (line: string): void => void process.stderr.write(`${line} …\n`);
      if (scenario.by === 'state-machines') machines = await MotoMachines.start(configIn(lab), progress);
      const stage = new FailbackStage(scenario, lab, [a, b], { connect, third, hooks, logins, machines });
      stage.#writeConfiguration();
      return stage;
    } catch (error) {
      await machines?.stop();
      hooks.stop();
      await lab.stop();
      throw error;
    }
  }

  clusterOf(alias: Alias): LabCluster {
    const cluster = { A: this.a, B: this.b, C: this.third?.cluster }[alias];
    if (cluster === undefined) throw new Error(`the scenario has no cluster ${alias}`);
    return cluster;
  }

  /** Where clients are in the last phase. */
  get last(): Alias {
    return this.third === null ? 'A' : 'C';
  }

  /** The mirror that runs, or ran last, at the end. */
  get lastMirror(): { readonly connect: LabConnect; readonly connector: string } {
    return this.third === null
      ? { connect: this.connect, connector: 'A->B.MirrorSourceConnector' }
      : { connect: this.third.connect, connector: 'B->C.MirrorSourceConnector' };
  }

  /** Begins to mirror B to the third cluster, which is empty. */
  async mirrorOn(): Promise<void> {
    const { scenario, b, third } = this;
    if (third === null) throw new Error('the scenario has no third cluster');
    const topics = this.readOn('B').join(',');
    await configureMirror(third.connect, b, third.cluster, { ...mirrorSettings(scenario), topics });
  }

  /** What consumers read on a cluster: with the default policy also what came from the other ones, if there is anything. */
  readOn(cluster: Alias): readonly string[] {
    if (this.scenario.policy === 'identity' || (cluster === 'A' && this.#phase !== 'after')) return NAMES;
    const from = (prefix: string) => NAMES.map((name) => `${prefix}.${name}`);
    return [...NAMES, ...(cluster === 'B' ? from('A') : from('B')), ...(cluster === 'C' ? from('B.A') : [])];
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
    this.#logins.requireSecret(ran.stdout);
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
    await this.#startGroups();
    await this.producers[phase].start(this.#reach, NAMES);
  }

  /** Consumers read where the name leads. */
  async #startGroups(): Promise<void> {
    const phase = this.#phase;
    const side = phase === 'away' ? 'target' : 'source';
    await Promise.all(this.groups.map((group) => group.in[phase].start(side, this.#reach, this.readOn(this.#name))));
  }

  get #reach(): Reach {
    const brokers = this.clusterOf(this.#name).bootstrapServers.split(',');
    return { brokers, sasl: this.#logins.application };
  }

  async #hookStopsGroups(): Promise<void> {
    await this.stopGroups();
    const then = this.onGroupsStopped;
    this.onGroupsStopped = null;
    await then?.();
  }

  /** Applications start again and find their cluster by the name. Called twice, the second time does nothing more. */
  async #restartClients(phase: Phase): Promise<void> {
    if (this.#phase === phase) return;
    await this.stopGroups();
    await this.producers[this.#phase].stop();
    await this.#startClients(phase);
  }

  #writeConfiguration(): void {
    const { own } = this.#logins;
    const flow = (name: string, kafkaConnectOn: 'source' | 'target', phase: Phase, leadsTo: Alias) => ({
      flow: name,
      connect: { url: (leadsTo === 'C' ? this.third?.connect : undefined)?.url ?? this.connect.url },
      connectOffsets: { cluster: kafkaConnectOn, topic: `connect-${leadsTo === 'C' ? 'c-' : ''}offsets` },
      failover: this.#failover(phase, leadsTo),
    });
    const flows = [
      flow('A->B', 'target', 'away', 'B'),
      flow(REVERSE, 'source', 'after', 'A'),
      ...(this.third === null ? [] : [flow('B->C', 'target', 'after', 'C')]),
    ];
    const properties = mm2Properties(this.a, this.b, {
      ...mirrorSettings(this.scenario),
      'B->A.enabled': 'true',
      ...(this.third === null ? {} : this.#thirdSide(this.third.cluster)),
    });
    writeFileSync(join(this.lab.folder, 'mm2.properties'), properties);
    const clusters = { A: own, B: own, ...(this.third === null ? {} : { C: own }) };
    // JSON is YAML.
    const text = JSON.stringify({ mm2: 'mm2.properties', clusters, flows }, null, 1);
    writeFileSync(configIn(this.lab), text);
  }

  #thirdSide({ bootstrapServers, clientProperties }: LabCluster): Record<string, string> {
    const client = { ...clientProperties, 'bootstrap.servers': bootstrapServers };
    return {
      ...Object.fromEntries(Object.entries(client).map(([key, value]) => [`C.${key}`, value])),
      clusters: 'A, B, C',
      'B->C.enabled': 'true',
      'B->C.topics': this.readOn('B').join(','),
    };
  }

  #failover(phase: Phase, leadsTo: Alias): object {
    const argv = (name: string, action: HookAction) => this.#hooks.argv(`${name}-${leadsTo}`, action);
    const hook = (name: string, apply: HookAction, more: object = {}) => ({
      hook: { apply: argv(name, apply), timeoutSeconds: 120, ...more },
    });
    return {
      mirrorControl: 'connect',
      fence: this.#logins.fence(),
      stopConsumers: hook('stop-groups', () => this.#hookStopsGroups(), {
        putBack: argv('start-groups', () => this.#startGroups()),
      }),
      dns: hook(
        'switch-name',
        async () => {
          this.#name = leadsTo;
        },
        { check: argv('leads-there', async () => this.#name === leadsTo) },
      ),
      cutConnections: hook('restart-clients', () => this.#restartClients(phase)),
    };
  }
}

function configIn({ folder }: Lab): string {
  return join(folder, 'tidemark.yaml');
}

function mirrorSettings({ policy }: FailbackScenario): Record<string, string> {
  const own = policy === 'identity' ? IDENTITY : {};
  return { ...own, topics: NAMES.join(','), 'sync.topic.acls.enabled': 'false' };
}

function perPhase<T>(make: (phase: Phase) => T): Record<Phase, T> {
  return { before: make('before'), away: make('away'), after: make('after') };
}
