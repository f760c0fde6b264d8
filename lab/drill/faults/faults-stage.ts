import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openRunStore } from '../../../cli/history/history-stores.ts';
import { type StoredRun, storedRun } from '../../../shared/failover/run-entry-schema.ts';
import type { LabCluster } from '../../cluster.ts';
import type { AclSpec } from '../../cluster-admin.ts';
import type { LabConnect } from '../../connect.ts';
import { configureMirror, writesTo } from '../../connect-mirror.ts';
import { type Lab, startLab } from '../../lab.ts';
import { LabLink } from '../../link.ts';
import { mm2Properties } from '../../mm2-properties.ts';
import { HookServer } from '../failover/hook-server.ts';
import { IDENTITY, Logins } from '../logins.ts';
import { ConnectFront } from './connect-front.ts';
import { POINTS_VARIABLE } from './order.ts';
import { RoamingClients, type Side } from './roaming-clients.ts';
import { StepPoints } from './step-points.ts';

export const TOPICS: Readonly<Record<string, number>> = { orders: 3, payments: 2 };
export const NAMES = Object.keys(TOPICS);
export const FORWARD = 'A->B';

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'tidemark.js');
const INJECTED = pathToFileURL(join(import.meta.dirname, 'injected-steps.ts')).href;
const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');
const HOOK_SECONDS = 10;
const READS = ['READ', 'DESCRIBE', 'DESCRIBE_CONFIGS'] as const;

/** `fails`: the hook ends as an API does that is down. `silent`: it does not end. */
export type HookMood = 'works' | 'fails' | 'throttled' | 'silent';

/** How a process of the command line ended. */
export interface Ended {
  /** Null if it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  kill(): void;
  readonly ended: Promise<Ended>;
}

/**
 * Two clusters, a Connect worker with the mirrors of both directions, clients that are led by hooks, and Tidemark's
 * command line. Only Tidemark uses the links and the front before Connect, so that faults strike nobody else.
 */
export class FaultsStage {
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly connect: LabConnect;
  readonly front: ConnectFront;
  readonly points: StepPoints;
  readonly clients: RoamingClients;
  /** Tidemark's own network path to both clusters. */
  readonly link: LabLink;
  /** Called when a hook has begun that changes something. */
  onHook: (() => void) | null = null;
  hookMood: HookMood = 'works';
  /** Whether the application also writes where the name leads, if that is B. */
  writesOnB = false;
  readonly #hooks: HookServer;
  readonly #logins: Logins;
  /** Where the name of the clients leads. */
  #name: Side = 'A';
  #isLedByHand = false;
  #heard: Promise<void> = Promise.resolve();
  #hear: () => void = () => undefined;

  private constructor(
    lab: Lab,
    [a, b]: readonly [LabCluster, LabCluster],
    parts: {
      readonly connect: LabConnect;
      readonly front: ConnectFront;
      readonly points: StepPoints;
      readonly hooks: HookServer;
      readonly logins: Logins;
    },
  ) {
    this.lab = lab;
    this.a = a;
    this.b = b;
    this.connect = parts.connect;
    this.front = parts.front;
    this.points = parts.points;
    this.#hooks = parts.hooks;
    this.#logins = parts.logins;
    this.link = new LabLink([a, b].flatMap(tidemarksProxies));
    this.clients = new RoamingClients(NAMES, (side) => ({
      brokers: (side === 'A' ? a : b).bootstrapServers.split(','),
      sasl: parts.logins.application,
    }));
  }

  static async open(): Promise<FaultsStage> {
    const lab = await startLab();
    const [hooks, points] = [await HookServer.start(), await StepPoints.start()];
    try {
      const logins = new Logins();
      const common = { ...logins.cluster, throughProxy: true };
      const [a, b] = await Promise.all([
        lab.startCluster({ alias: 'A', ...common }),
        lab.startCluster({ alias: 'B', ...common }),
      ]);
      await a.admin.createTopics(
        Object.fromEntries(Object.entries(TOPICS).map(([name, partitions]) => [name, { partitions }])),
      );
      const { bootstrapServers, clientProperties } = b;
      const connect = await lab.startConnect({ bootstrapServers, clientProperties, name: 'connect' });
      const more = { ...IDENTITY, topics: NAMES.join(','), 'sync.topic.acls.enabled': 'false' };
      await configureMirror(connect, a, b, more);
      await configureMirror(connect, b, a, { ...more, ...writesTo(a) }, true);
      const front = await ConnectFront.start(connect.url);
      const stage = new FaultsStage(lab, [a, b], { connect, front, points, hooks, logins });
      stage.configure();
      return stage;
    } catch (error) {
      hooks.stop();
      points.stop();
      await lab.stop();
      throw error;
    }
  }

  /**
   * Writes Tidemark's configuration.
   * @param everyoneWithoutAcl what it says of the brokers; the truth is `true`
   */
  configure(everyoneWithoutAcl = true): void {
    const { folder } = this.lab;
    const { own } = this.#logins;
    const flow = (name: string, kafkaConnectOn: 'source' | 'target', leadsTo: Side) => ({
      flow: name,
      connect: { url: this.front.url },
      connectOffsets: { cluster: kafkaConnectOn, topic: 'connect-offsets' },
      failover: this.#failover(leadsTo, everyoneWithoutAcl),
    });
    const sides = [this.a, this.b].map((cluster) => {
      const { 'bootstrap.servers': bootstrapServers = '', ...clientProperties } = cluster.clientPropertiesFor({
        listener: 'SASL_SSL',
        mechanism: 'SCRAM-SHA-512',
        user: 'auditor',
      });
      return { alias: cluster.alias, bootstrapServers, clientProperties };
    });
    const [a, b] = sides;
    if (a === undefined || b === undefined) throw new Error('there are two clusters');
    const properties = mm2Properties(a, b, {
      ...IDENTITY,
      topics: NAMES.join(','),
      'B->A.enabled': 'true',
      'sync.topic.acls.enabled': 'false',
    });
    writeFileSync(join(folder, 'mm2.properties'), properties);
    const flows = [flow(FORWARD, 'target', 'B'), flow('B->A', 'source', 'A')];
    // JSON is YAML.
    const text = JSON.stringify({ mm2: 'mm2.properties', clusters: { A: own, B: own }, flows }, null, 1);
    writeFileSync(join(folder, 'tidemark.yaml'), text);
  }

  /** Starts the command line, with steps that report to `points`. */
  start(...args: readonly string[]): Started {
    const { folder } = this.lab;
    const common = ['--config', join(folder, 'tidemark.yaml'), '--history', join(folder, 'history.db')];
    const env = {
      ...process.env,
      NODE_OPTIONS: `--import=${INJECTED}`,
      // The command line turns it on itself, and what is loaded before that would be compiled each time.
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      [POINTS_VARIABLE]: this.points.url,
    };
    const child = spawn(process.execPath, [BIN, ...args, ...common, '--format', 'json'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { kill: () => void child.kill('SIGKILL'), ended: this.#endOf(child) };
  }

  async tidemark(...args: readonly string[]): Promise<Ended> {
    return await this.start(...args).ended;
  }

  async stored(run: string): Promise<StoredRun> {
    const { runs, close } = await openRunStore({ kind: 'sqlite', file: join(this.lab.folder, 'history.db') });
    try {
      const stored = storedRun(run, await runs.read(run));
      if (stored === null) throw new Error(`no run ${run} is stored`);
      return stored;
    } finally {
      await close();
    }
  }

  /** Ends what waits in hooks that were silent. */
  endSilence(): void {
    this.hookMood = 'works';
    this.#hear();
    this.#heard = Promise.resolve();
  }

  beSilent(): void {
    this.hookMood = 'silent';
    this.#heard = new Promise((resolve) => {
      this.#hear = resolve;
    });
  }

  /** Everything as before the failover: no fence, the mirror runs, clients are on A. What groups read on B is forgotten. */
  async leadBackByHand(): Promise<void> {
    this.#name = 'A';
    this.#isLedByHand = true;
    await this.clients.stop();
    await this.a.admin.deleteAcls(...NAMES.flatMap(fenceOn));
    for (const kind of ['MirrorSourceConnector', 'MirrorCheckpointConnector']) {
      const path = `/connectors/${encodeURIComponent(`${FORWARD}.${kind}`)}/resume`;
      const { ok, status } = await fetch(`${this.connect.url}${path}`, { method: 'PUT' });
      if (!ok) throw new Error(`Connect answered ${status}`);
    }
    for (const { processed } of this.clients.groups) processed.target.length = 0;
  }

  /** What a person accepts who knows better than the record of runs where the clients are. */
  get accepted(): readonly string[] {
    return this.#isLedByHand ? ['--accept', 'CLIENTS_ELSEWHERE'] : [];
  }

  async stop(): Promise<void> {
    this.endSilence();
    await this.clients.stop();
    this.#hooks.stop();
    this.points.stop();
    await this.front.stop();
    await this.lab.stop();
  }

  #failover(leadsTo: Side, everyoneWithoutAcl: boolean): object {
    const from = leadsTo === 'A' ? 'B' : 'A';
    const hook = (name: string, apply: () => Promise<unknown>, check?: () => Promise<boolean>) => ({
      hook: {
        apply: this.#hooks.argv(`${name}-${leadsTo}`, () => this.#inMood(apply)),
        timeoutSeconds: HOOK_SECONDS,
        ...(check === undefined ? {} : { check: this.#hooks.argv(`${name}-${leadsTo}-check`, check) }),
      },
    });
    return {
      mirrorControl: 'connect',
      fence: this.#logins.fence(everyoneWithoutAcl),
      stopConsumers: hook('stop-groups', () => this.clients.stopGroupsOn(from)),
      dns: hook(
        'switch-name',
        async () => {
          this.#name = leadsTo;
        },
        async () => this.#name === leadsTo,
      ),
      cutConnections: hook('restart-clients', () =>
        this.clients.leadTo(this.#name, this.#name === 'A' || this.writesOnB),
      ),
    };
  }

  async #inMood(apply: () => Promise<unknown>): Promise<void> {
    if (this.hookMood === 'fails') throw new Error('503 Service Unavailable');
    if (this.hookMood === 'throttled') throw new Error('Throttling: Rate exceeded');
    if (this.hookMood === 'silent') {
      await this.#heard;
      throw new Error('nobody waits for this any more');
    }
    this.onHook?.();
    await apply();
  }

  async #endOf(child: ChildProcess): Promise<Ended> {
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    this.#logins.requireSecret(`${stdout}${stderr}`);
    return { code, stdout, stderr };
  }
}

/** Tidemark logs in with TLS, and everybody else without. */
function tidemarksProxies({ addresses, link }: LabCluster) {
  const ports = addresses.flatMap(({ listeners }) =>
    listeners.flatMap(({ name, advertisedPort }) => (name === 'SASL_SSL' ? advertisedPort : [])),
  );
  return link.proxies.filter(({ port }) => ports.includes(port));
}

/** Every ACL that a fence makes on a topic. */
function fenceOn(resourceName: string): AclSpec[] {
  const on = { resourceType: 'TOPIC', resourceName } as const;
  return [
    { ...on, principal: 'User:app', operation: 'WRITE', permission: 'DENY' },
    { ...on, principal: 'User:mm2', operation: 'WRITE', permission: 'ALLOW' },
    ...READS.map((operation) => ({ ...on, principal: 'User:*', operation }) as const),
  ];
}
