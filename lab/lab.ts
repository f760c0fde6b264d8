import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { LabAgent } from './agent.ts';
import { Certificates } from './certificates.ts';
import { type ArchivedProcess, archiveFolder, makeArchive, provideArchives, useArchive } from './class-archive.ts';
import { type ClusterOptions, type ClusterSetting, LabCluster } from './cluster.ts';
import { type ConnectOptions, LabConnect } from './connect.ts';
import { JavaProcess } from './java-process.ts';
import { CACHE, resolveClasspath } from './maven-classpath.ts';
import { LabMm2, type Mm2Options } from './mm2.ts';
import { LabProxy, type ProxyTarget } from './proxy.ts';
import { temporaryParent } from './temporary-folder.ts';
import { WatchdogLink } from './watchdog-link.ts';

export interface LabOptions {
  /** Folder for cached artifacts; `.lab/` in the checkout by default. */
  readonly cache?: string;
  /** If set, the lab writes class archives to this folder instead of using those of `prepareLab()`. */
  readonly makeArchives?: string;
}

export interface JavaToolOptions {
  /** One of the classes in `lab/java/`. */
  readonly mainClass: string;
  readonly heapMb: number;
  /** Called with every line of its standard output. */
  readonly onLine: (line: string) => void;
  readonly jvm?: readonly string[];
  /** Uses all compilers, for measurements; true by default. */
  readonly optimised?: boolean;
}

/**
 * Real Kafka clusters and MirrorMaker 2 processes on this machine, with faults to inject. All files are in one
 * temporary folder. All processes and files are removed with the lab, even if this process is killed.
 */
export class Lab implements AsyncDisposable {
  readonly folder: string;
  readonly classpath: string;
  readonly #watchdog: WatchdogLink;
  readonly #clusters: LabCluster[] = [];
  readonly #mirrors: LabMm2[] = [];
  readonly #connects: LabConnect[] = [];
  readonly #proxies: LabProxy[] = [];
  readonly #tools: JavaProcess[] = [];
  #agent: LabAgent | undefined;
  #certificates: Certificates | undefined;
  #stopped: Promise<void> | undefined;

  readonly #archive: (process: ArchivedProcess) => readonly string[];

  private constructor(classpath: string, options: LabOptions) {
    this.classpath = classpath;
    const { makeArchives, cache = CACHE } = options;
    this.#archive = (process) =>
      makeArchives === undefined
        ? useArchive(archiveFolder(cache, classpath), process)
        : makeArchive(makeArchives, process);
    this.folder = mkdtempSync(join(temporaryParent(), 'tidemark-lab-'));
    this.#watchdog = new WatchdogLink();
    this.#watchdog.watchFolder(this.folder);
  }

  static async start(options: LabOptions = {}): Promise<Lab> {
    const { cache = CACHE, makeArchives } = options;
    const classpath = await resolveClasspath(cache);
    if (makeArchives === undefined) await provideArchives(cache, classpath);
    return new Lab(classpath, options);
  }

  /** Starts a cluster; resolves when all of its brokers answer. */
  async startCluster(options: ClusterOptions): Promise<LabCluster> {
    const cluster = await LabCluster.start(options, this.#setting);
    this.#clusters.push(cluster);
    return cluster;
  }

  /** Starts MM2 in dedicated mode; resolves when its herders run. */
  async startMm2(options: Mm2Options): Promise<LabMm2> {
    const mm2 = new LabMm2({ name: `mm2-${this.#mirrors.length + 1}`, ...options }, this.#setting);
    this.#mirrors.push(mm2);
    await mm2.start();
    return mm2;
  }

  /** Starts a distributed Connect worker, for MM2's connectors; resolves when its REST API answers. */
  async startConnect(options: ConnectOptions): Promise<LabConnect> {
    const name = `connect-${this.#connects.length + 1}`;
    const connect = await LabConnect.start({ name, ...options }, this.#setting);
    this.#connects.push(connect);
    return connect;
  }

  /** Puts a proxy before an address. For a whole cluster, use `throughProxy` of `startCluster` instead. */
  async proxy(target: ProxyTarget): Promise<LabProxy> {
    const proxy = await LabProxy.start(target);
    this.#proxies.push(proxy);
    return proxy;
  }

  /** Starts a separate JVM, by default with all compilers enabled, for measurements. Send input lines with `send()`. */
  startJavaTool(options: JavaToolOptions): JavaProcess {
    const folder = join(this.folder, `tool-${this.#tools.length + 1}`);
    mkdirSync(folder);
    const command = { ...options, name: options.mainClass, folder, classpath: this.classpath, args: [], archive: [] };
    const tool = new JavaProcess({ optimised: true, ...command }, this.#watchdog);
    this.#tools.push(tool);
    tool.start();
    return tool;
  }

  /** Ends every process and removes the folder. Can be called more than once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    await Promise.all([...this.#mirrors, ...this.#connects, ...this.#tools].map((process) => process.kill()));
    await Promise.all([...this.#clusters, this.#agent].map((part) => part?.stop()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    // The watchdog removes the folder, and ends processes that were started in the meantime.
    await this.#watchdog.close();
  }

  get #setting(): ClusterSetting {
    return {
      folder: this.folder,
      classpath: this.classpath,
      watchdog: this.#watchdog,
      archive: this.#archive,
      agent: () => this.#startAgent(),
      certificates: () => this.#makeCertificates(),
    };
  }

  #startAgent(): LabAgent {
    if (this.#agent === undefined) {
      this.#agent = new LabAgent(this.#setting);
      this.#agent.start();
    }
    return this.#agent;
  }

  #makeCertificates(): Certificates {
    this.#certificates ??= new Certificates(join(this.folder, 'certificates'));
    return this.#certificates;
  }
}

/** Starts an empty lab: resolves the artifacts (the first time with Maven) and creates the temporary folder. */
export function startLab(options: LabOptions = {}): Promise<Lab> {
  return Lab.start(options);
}
