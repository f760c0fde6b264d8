import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { renderProperties } from './broker-properties.ts';
import { freePorts } from './free-port.ts';
import { JavaProcess } from './java-process.ts';
import { type JmxExporter, prepareJmxExporter } from './jmx-exporter.ts';
import type { ProcessSetting } from './process-setting.ts';
import { waitUntil } from './wait-until.ts';

/** What `GET /connectors/NAME/offsets` answers of a MirrorSourceConnector. */
const committed = z.object({
  offsets: z.array(
    z.object({ partition: z.looseObject({ topic: z.string() }), offset: z.object({ offset: z.int() }) }),
  ),
});
const READY_DEADLINE_MS = 180_000;

export interface ConnectOptions {
  /** Bootstrap servers of the plain cluster that keeps the worker's topics, and that connectors write to. */
  readonly bootstrapServers: string;
  readonly name?: string;
  /** How clients log in there, without `bootstrap.servers`; for a cluster that is not plain. */
  readonly clientProperties?: Readonly<Record<string, string>>;
  /** Serves the worker's metrics as well: `metricsUrl`. */
  readonly metrics?: boolean;
}

/** A distributed Kafka Connect worker with its REST API, without login. */
export class LabConnect {
  readonly url: string;
  /** Where the JMX exporter answers; null without `metrics`. */
  readonly metricsUrl: string | null;
  readonly #process: JavaProcess;

  private constructor(options: ConnectOptions, port: number, exporter: JmxExporter | null, setting: ProcessSetting) {
    const name = options.name ?? 'connect';
    const folder = join(setting.folder, name);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'connect.properties');
    this.url = `http://127.0.0.1:${port}`;
    this.metricsUrl = exporter?.url ?? null;
    writeFileSync(file, renderProperties(workerProperties(name, this.url, options)), { mode: 0o600 });
    this.#process = new JavaProcess(
      {
        name: `Kafka Connect "${name}"`,
        folder,
        classpath: setting.classpath,
        mainClass: 'org.apache.kafka.connect.cli.ConnectDistributed',
        args: [file],
        heapMb: 512,
        archive: setting.archive('mm2'),
        jvm: exporter?.jvmOptions(folder) ?? [],
      },
      setting.watchdog,
    );
  }

  /** Resolves when the worker answers. */
  static async start(options: ConnectOptions, setting: ProcessSetting): Promise<LabConnect> {
    const [port = 0] = await freePorts(1);
    const exporter = options.metrics === true ? await prepareJmxExporter() : null;
    const connect = new LabConnect(options, port, exporter, setting);
    connect.#process.start();
    await connect.#wait('the REST API to answer', async () => (await fetch(`${connect.url}/connectors`)).ok);
    return connect;
  }

  /** Creates a connector, or replaces its configuration. */
  async configure(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const path = `${this.url}/connectors/${encodeURIComponent(name)}/config`;
    await this.#wait(`connector ${name} to be accepted`, async () => {
      const body = JSON.stringify(config);
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(path, { method: 'PUT', headers, body });
      // 409: the worker rebalances.
      if (response.ok || response.status === 409) return response.ok;
      throw new Error(`Connect answered ${response.status}: ${await response.text()}`);
    });
  }

  /** Creates a connector that does not run until it is resumed. */
  async createStopped(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.#wait(`connector ${name} to be created`, async () => {
      const body = JSON.stringify({ name, config, initial_state: 'STOPPED' });
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${this.url}/connectors`, { method: 'POST', headers, body });
      if (response.ok || response.status === 409) return response.ok;
      throw new Error(`Connect answered ${response.status}: ${await response.text()}`);
    });
  }

  /** Stops a source connector, sets it some records back in every partition of these topics, and lets it go on. */
  async rewind(name: string, topics: readonly string[], records: number): Promise<void> {
    const path = `${this.url}/connectors/${encodeURIComponent(name)}`;
    const send = async (method: string, to: string, body?: object) =>
      (
        await fetch(`${path}${to}`, {
          method,
          ...(body === undefined
            ? {}
            : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
        })
      ).ok;
    await this.#wait(`connector ${name} to stop`, () => send('PUT', '/stop'));
    const { offsets } = committed.parse(await (await fetch(`${path}/offsets`)).json());
    const back = offsets
      .filter(({ partition }) => topics.includes(partition.topic))
      .map(({ partition, offset: { offset } }) => ({ partition, offset: { offset: Math.max(0, offset - records) } }));
    // Refused until all tasks have ended.
    await this.#wait(`connector ${name} to be set back`, () => send('PATCH', '/offsets', { offsets: back }));
    await this.#wait(`connector ${name} to resume`, () => send('PUT', '/resume'));
  }

  /** SIGSTOP: nothing is mirrored, and the REST API does not answer. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.signal('SIGCONT');
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** The end of the log, for error messages. */
  tail(): string {
    return this.#process.tail();
  }

  async #wait(what: string, condition: () => Promise<boolean>): Promise<void> {
    const ask = async (): Promise<boolean> => {
      this.#process.assertRunning();
      return await condition().catch((error: unknown) => {
        // Nobody listens yet.
        if (error instanceof TypeError) return false;
        throw error;
      });
    };
    await waitUntil(what, ask, { deadlineMs: READY_DEADLINE_MS, explain: () => this.tail() });
  }
}

function workerProperties(
  name: string,
  url: string,
  { bootstrapServers, clientProperties = {} }: ConnectOptions,
): Record<string, string> {
  const converter = 'org.apache.kafka.connect.converters.ByteArrayConverter';
  const topics = ['config', 'offset', 'status'].flatMap((kind) => [
    [`${kind}.storage.topic`, `${name}-${kind}s`],
    [`${kind}.storage.replication.factor`, '1'],
  ]);
  const login = ['', 'producer.', 'consumer.', 'admin.'].flatMap((of) =>
    Object.entries(clientProperties).map(([key, value]) => [`${of}${key}`, value]),
  );
  return {
    ...Object.fromEntries(login),
    'bootstrap.servers': bootstrapServers,
    'group.id': name,
    listeners: url,
    'key.converter': converter,
    'value.converter': converter,
    'header.converter': converter,
    'plugin.discovery': 'service_load',
    'offset.flush.interval.ms': '2000',
    'scheduled.rebalance.max.delay.ms': '0',
    ...Object.fromEntries(topics),
  };
}
