import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { ClusterOptions, LabCluster } from '../../cluster.ts';
import type { LabConnect } from '../../connect.ts';
import { configureMirror } from '../../connect-mirror.ts';
import { runTidemark } from '../../demo/run-tidemark.ts';
import { type Lab, startLab } from '../../lab.ts';
import { LocalCloud, type Minute } from '../../local/local-cloud.ts';
import { type DeploymentFiles, synthesizeStack } from '../../local/synthesize-stack.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LabMm2 } from '../../mm2.ts';
import { mm2Properties } from '../../mm2-properties.ts';
import { waitUntil } from '../../wait-until.ts';
import { RecordWriter } from '../../workload/record-writer.ts';
import { Traffic } from './traffic.ts';

/** Name of the deployment. */
export const DEPLOYMENT = 'drill';

/**
 * How long a minute of the schedule takes here. The limits below are as much shorter than the defaults: MM2 that stops
 * right after an audit has stopped for longer than `mirrorStoppedSeconds` at the next one, as it has in AWS.
 */
export const MINUTE_MS = 6_000;

/** What a user could set, low enough for this traffic and these minutes. */
const SETTINGS = {
  deployment: { name: DEPLOYMENT },
  maxLagRecords: 400,
  maxLossSeconds: 20,
  maxLossRecords: 700,
  pages: { email: true },
};
const POLICY = { heartbeatStaleSeconds: 4, mirrorStoppedSeconds: 5, mirrorStalledSeconds: 12, maxGroupReread: 1_000 };
/** How many records a group may re-read where re-reads follow from the fault, and are not what is played. */
const ANY_REREADS = 1_000_000_000;

/** MM2 reads committed records only: producers abort some transactions. */
const MM2 = { 'A.consumer.isolation.level': 'read_committed' };

export interface WorldOptions {
  readonly source?: Omit<ClusterOptions, 'alias'>;
  /** On Kafka Connect instead of dedicated MM2. */
  readonly onConnect?: boolean;
  /** Settings of MM2 that take precedence. */
  readonly mm2?: Readonly<Record<string, string>>;
  /** Two more flows: back, and to a third cluster that needs a password. */
  readonly threeFlows?: boolean;
  /** Settings of the deployment that take precedence. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether groups may re-read any number of records. */
  readonly anyRereads?: true;
}

const REQUEST_SIZE = 'producer.override.max.request.size';
/** More than a record of the traffic has. */
const SMALL_BYTES = 500;

const statusSchema = z.object({ tasks: z.array(z.object({ state: z.string() })) });

/** Name of the secret with the password for cluster C, and that password. */
const C_SECRET = 'drill/c';
export const C_PASSWORD = 'right';

/** Clusters with MM2 and traffic, and the deployment that audits them, as deployed. */
export class World implements AsyncDisposable {
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly writer: RecordWriter;
  readonly traffic: Traffic;
  readonly #mm2: LabMm2 | null;
  readonly #connect: LabConnect | null;
  readonly #options: WorldOptions;
  readonly #played: Minute[] = [];
  readonly #moreHistories: string[] = [];
  #cloud: LocalCloud | undefined;
  #lastMinute = 0;

  private constructor(
    lab: Lab,
    clusters: readonly [LabCluster, LabCluster],
    mirror: { readonly mm2: LabMm2 | null; readonly connect: LabConnect | null },
    options: WorldOptions,
  ) {
    this.lab = lab;
    [this.a, this.b] = clusters;
    this.#mm2 = mirror.mm2;
    this.#connect = mirror.connect;
    this.#options = options;
    this.writer = new RecordWriter(this.a.admin);
    this.traffic = new Traffic(this.a);
  }

  static async open(options: WorldOptions): Promise<World> {
    const lab = await startLab();
    let world: World | undefined;
    try {
      const [a, b, c] = await Promise.all([
        lab.startCluster({ alias: 'A', ...options.source }),
        lab.startCluster({ alias: 'B' }),
        options.threeFlows === true
          ? lab.startCluster({ alias: 'C', security: { users: { auditor: C_PASSWORD } } })
          : undefined,
      ]);
      await Traffic.createTopics(a, options.source?.brokers ?? 1);
      const text = mm2Properties(a, b, { ...MM2, ...options.mm2, ...(c === undefined ? {} : flowsWith(c, true)) });
      const mirror =
        options.onConnect === true
          ? { mm2: null, connect: await startOnConnect(lab, a, b) }
          : { mm2: await lab.startMm2({ properties: text, heapMb: 512 }), connect: null };
      world = new World(lab, [a, b], mirror, options);
      await world.#deploy(c);
      await world.#fill();
      return world;
    } catch (error) {
      await (world === undefined ? lab.stop() : world[Symbol.asyncDispose]());
      throw error;
    }
  }

  get cloud(): LocalCloud {
    if (this.#cloud === undefined) throw new Error('nothing is deployed yet');
    return this.#cloud;
  }

  get mm2(): LabMm2 {
    if (this.#mm2 === null) throw new Error('MM2 runs on Kafka Connect here');
    return this.#mm2;
  }

  get connect(): LabConnect {
    if (this.#connect === null) throw new Error('MM2 is dedicated here');
    return this.#connect;
  }

  /** Every minute so far. */
  get played(): readonly Minute[] {
    return this.#played;
  }

  /** The settings of the deployment. */
  get settings(): Readonly<Record<string, unknown>> {
    return { ...SETTINGS, ...this.#options.settings };
  }

  /** The tidemark.yaml that is deployed. */
  get configFile(): string {
    return join(this.lab.folder, 'deployment/config/tidemark.yaml');
  }

  /** Another auditor of the same flows has this history. */
  alsoAcknowledgeIn(history: string): void {
    this.#moreHistories.push(history);
  }

  /** `tidemark acknowledge`, in the deployment's table and in the histories of other auditors. */
  async acknowledge(...what: readonly string[]): Promise<void> {
    const [table] = this.cloud.stack.tables.keys();
    for (const history of [`dynamodb:${table}`, ...this.#moreHistories]) {
      const args = ['acknowledge', ...what, '--reason', 'drill', '--config', this.configFile, '--history', history];
      const { code, stdout } = await runTidemark(args, this.cloud.clientEnvironment);
      if (code !== 0) throw new Error(`tidemark ${args.join(' ')} ended with ${code}: ${stdout}`);
    }
  }

  /** What auditors get as the password for cluster C from now on. */
  setPassword(isRight: boolean): void {
    this.cloud.secrets.secrets.set(C_SECRET, { kind: 'text', text: isRight ? C_PASSWORD : 'wrong' });
  }

  /** Limits the requests of MM2's producer, and writes records beyond the limit until its task has failed. */
  async failTask(): Promise<void> {
    await mirrorOnConnect(this.connect, this.a, this.b, { [REQUEST_SIZE]: String(SMALL_BYTES) });
    const fails = async () => {
      // The task may still run with its old configuration, and mirror the first ones.
      await this.writer.write('orders', 1, { valueBytes: 4 * SMALL_BYTES });
      return (await this.#taskStates()).includes('FAILED');
    };
    await waitUntil('the task to fail', fails, { intervalMs: 500, explain: () => this.connect.tail() });
  }

  /** Another configuration starts its tasks again. */
  async healTask(): Promise<void> {
    await mirrorOnConnect(this.connect, this.a, this.b, {});
    const runs = async () => (await this.#taskStates()).includes('RUNNING');
    await waitUntil('the task to run', runs, { explain: () => this.connect.tail() });
  }

  async #taskStates(): Promise<readonly string[]> {
    const name = encodeURIComponent('A->B.MirrorSourceConnector');
    const response = await fetch(`${this.connect.url}/connectors/${name}/status`);
    return statusSchema.parse(await response.json()).tasks.map(({ state }) => state);
  }

  /** Waits for the rest of the minute since the last audit, or since a fault, and plays the next one. */
  async playMinute(): Promise<Minute> {
    await sleep(Math.max(0, this.#lastMinute + MINUTE_MS - Date.now()));
    this.#lastMinute = Date.now();
    const minute = await this.cloud.playMinute();
    this.#played.push(minute);
    return minute;
  }

  /** The next minute begins a whole minute from now. */
  beginMinute(): void {
    this.#lastMinute = Date.now();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.traffic.stop();
    await this.#cloud?.[Symbol.asyncDispose]();
    await this.lab.stop();
  }

  async #deploy(c: LabCluster | undefined): Promise<void> {
    const { a, b } = this;
    // The auditor has its own way to A: a cut link is the one of MM2.
    const direct = { bootstrapServers: a.superUserProperties['bootstrap.servers'] };
    const toC = { sasl: { mechanism: 'PLAIN', username: 'auditor', password: { env: 'C_PASSWORD' } } };
    const connect = this.#connect?.url;
    const files: DeploymentFiles = {
      settings: {
        ...this.settings,
        ...(c === undefined ? {} : { secrets: { C_PASSWORD: { secretsManager: C_SECRET } } }),
      },
      configuration: {
        policy: { ...POLICY, ...(this.#options.anyRereads === true && { maxGroupReread: ANY_REREADS }) },
        clusters: { A: direct, ...(c === undefined ? {} : { C: toC }) },
        ...(connect === undefined
          ? {}
          : {
              flows: [
                {
                  flow: 'A->B',
                  connect: { url: connect },
                  connectOffsets: { cluster: 'target', topic: 'connect-offsets' },
                },
              ],
            }),
      },
      mm2: mm2Properties(a, b, { ...MM2, ...this.#options.mm2, ...(c === undefined ? {} : flowsWith(c, false)) }),
    };
    this.#cloud = await LocalCloud.start(await synthesizeStack(files, this.lab.folder));
    if (c !== undefined) this.setPassword(true);
  }

  async #fill(): Promise<void> {
    await this.traffic.fill();
    for (const topic of Traffic.TOPICS) {
      const mirroring = { source: this.a, target: this.b, topic, ...(this.#mm2 === null ? {} : { mm2: this.#mm2 }) };
      await waitUntilSettled({ ...mirroring, isolation: 'read_committed' });
    }
    for (const group of Traffic.RESTING) {
      const mirroring = { source: this.a, target: this.b, topic: group.topic };
      await waitUntilGroupSynced(mirroring, group.name);
    }
    await this.traffic.start();
  }
}

async function startOnConnect(lab: Lab, a: LabCluster, b: LabCluster): Promise<LabConnect> {
  const connect = await lab.startConnect({ bootstrapServers: b.bootstrapServers, name: 'connect' });
  await mirrorOnConnect(connect, a, b, {});
  return connect;
}

async function mirrorOnConnect(
  connect: LabConnect,
  a: LabCluster,
  b: LabCluster,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  await configureMirror(connect, a, b, { 'consumer.isolation.level': 'read_committed', ...more });
}

/** Three flows. The text with credentials is for MM2; no deployment may hold them. */
function flowsWith(c: LabCluster, withCredentials: boolean): Record<string, string> {
  const client = c.clientPropertiesFor({ listener: 'SASL_PLAINTEXT', mechanism: 'PLAIN', user: 'auditor' });
  const known = withCredentials ? client : { 'bootstrap.servers': client['bootstrap.servers'] ?? '' };
  return {
    clusters: 'A, B, C',
    'B->A.enabled': 'true',
    'A->C.enabled': 'true',
    'C->A.enabled': 'false',
    'B->C.enabled': 'false',
    'C->B.enabled': 'false',
    'C.offset.flush.interval.ms': '2000',
    'C.plugin.discovery': 'service_load',
    ...Object.fromEntries(Object.entries(known).map(([key, value]) => [`C.${key}`, value])),
  };
}
