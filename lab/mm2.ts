import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { JavaProcess } from './java-process.ts';
import type { JmxExporter } from './jmx-exporter.ts';
import type { KafkaRelease } from './kafka-release.ts';
import type { ProcessSetting } from './process-setting.ts';
import { waitUntil } from './wait-until.ts';

const READY_DEADLINE_MS = 180_000;

export interface Mm2Options {
  /** The text of mm2.properties; `mm2Properties()` renders one. */
  readonly properties: string;
  readonly name?: string;
  /** Aliases of the clusters that this process replicates to (`--clusters`); all if absent. */
  readonly clusters?: readonly string[];
  readonly heapMb?: number;
  /** Where its metrics are served, by an agent of the JVM. */
  readonly exporter?: JmxExporter;
  /** More jars, behind those of Kafka: plugins. */
  readonly plugins?: string;
  /** MM2 of another release than the lab's. */
  readonly release?: KafkaRelease | undefined;
}

/** MirrorMaker 2 in dedicated mode. */
export class LabMm2 {
  readonly name: string;
  readonly propertiesFile: string;
  /** Where the JMX exporter answers; null without one. */
  readonly metricsUrl: string | null;
  readonly #process: JavaProcess;

  constructor(options: Mm2Options, setting: ProcessSetting) {
    this.name = options.name ?? 'mm2';
    const folder = join(setting.folder, this.name);
    mkdirSync(folder, { recursive: true });
    this.propertiesFile = join(folder, 'mm2.properties');
    writeFileSync(this.propertiesFile, options.properties, { mode: 0o600 });
    this.metricsUrl = options.exporter?.url ?? null;
    const clusters = options.clusters === undefined ? [] : ['--clusters', ...options.clusters];
    this.#process = new JavaProcess(
      {
        name: `MirrorMaker 2 "${this.name}"`,
        folder,
        classpath: [options.release?.classpath ?? setting.classpath, options.plugins ?? []].flat().join(delimiter),
        mainClass: 'org.apache.kafka.connect.mirror.MirrorMaker',
        args: [this.propertiesFile, ...clusters],
        heapMb: options.heapMb ?? 512,
        archive: options.release === undefined ? setting.archive('mm2') : [],
        jvm: options.exporter?.jvmOptions(folder) ?? [],
      },
      setting.watchdog,
    );
  }

  get running(): boolean {
    return this.#process.running;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Starts or restarts MM2; resolves when its herders run. Mirroring begins a few seconds later. */
  async start(): Promise<void> {
    const before = this.log().length;
    this.#process.start();
    await waitUntil(
      `${this.name} to start`,
      () => {
        this.#process.assertRunning();
        return this.log().includes('Kafka MirrorMaker started', before);
      },
      { deadlineMs: READY_DEADLINE_MS, explain: () => this.#process.tail() },
    );
  }

  /** SIGTERM: MM2 commits its offsets and leaves its groups in order. It is killed if it does not end in time. */
  async stop(withinMs?: number): Promise<void> {
    await this.#process.stop(withinMs);
  }

  /** SIGKILL: after the next start, MM2 re-mirrors the records acknowledged since the last flush. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** SIGSTOP. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.signal('SIGCONT');
  }

  /** Throws if MM2 is not running, with the end of the log. */
  assertRunning(): void {
    this.#process.assertRunning();
  }

  /**
   * How often tasks have begun to mirror. MM2 starts a task again when topics appear, and on a busy machine when its worker was
   * too slow for its group; what a task counts begins again then.
   */
  taskStarts(): number {
    return this.log().match(/ replicating \d+ topic-partitions \S+->/g)?.length ?? 0;
  }

  log(): string {
    return this.#process.log();
  }

  /** The end of the log, for error messages. */
  tail(): string {
    return this.#process.tail();
  }
}
