import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClusterReader } from '../../shared/adapters/kafka/cluster-reader.ts';
import { AuditMemory } from '../../shared/audit/audit-memory.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import { loadMm2Properties } from '../../shared/config/mm2-properties.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import type { AuditPolicy } from '../../shared/domain/audit-policy.ts';
import type { FlowReport, GroupReport } from '../../shared/domain/audit-report.ts';
import type { FindingCode } from '../../shared/domain/finding.ts';
import { flowName } from '../../shared/domain/flow.ts';
import { remoteTopic } from '../../shared/domain/replication-policy.ts';
import type { ClusterOptions, LabCluster } from '../cluster.ts';
import { readTruth } from '../ground-truth.ts';
import { type Lab, startLab } from '../lab.ts';
import type { LabMm2 } from '../mm2.ts';
import { mm2Properties } from '../mm2-properties.ts';
import type { PartitionTruth } from '../partition-truth.ts';
import { RecordWriter } from '../workload/record-writer.ts';
import { type JudgedPosition, judgePositions } from './position-judge.ts';

/** What an audit of a live moment said, held against the records. */
export interface JudgedMoment {
  readonly label: string;
  readonly report: FlowReport;
  readonly positions: readonly JudgedPosition[];
  /** Expected findings that are absent, others that are present, and lags or losses that are wrong. */
  readonly faults: readonly string[];
}

export interface StageOptions {
  readonly source?: Partial<ClusterOptions>;
  readonly target?: Partial<ClusterOptions>;
  /** Settings of MM2 that win over the lab's. */
  readonly mm2?: Readonly<Record<string, string | undefined>>;
}

export interface MomentOptions {
  /** Flow to judge where both directions run; the first one where absent. */
  readonly flow?: string;
  /** Findings of severity warning or critical that have to be there, and no others. */
  readonly expect?: readonly FindingCode[];
  /** Findings that may be there or not, depending on how fast things went. */
  readonly allow?: readonly FindingCode[];
  /** Whether loss is held against the records as well; not where it is unknown on purpose. */
  readonly loss?: 'exact' | 'at-least' | 'unknown' | 'unchecked';
  readonly policy?: Partial<AuditPolicy>;
}

/** Two real clusters with MM2 between them, and audits of it that are held against every record. */
export class LiveStage implements AsyncDisposable {
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly writer: RecordWriter;
  readonly moments: JudgedMoment[] = [];
  readonly #options: StageOptions;
  readonly #memory = new AuditMemory();
  readonly #truths = new Map<string, { readonly id: string; readonly truth: PartitionTruth }>();
  #mm2: LabMm2 | undefined;

  private constructor(lab: Lab, a: LabCluster, b: LabCluster, options: StageOptions) {
    this.lab = lab;
    this.a = a;
    this.b = b;
    this.writer = new RecordWriter(a.admin);
    this.#options = options;
  }

  static async open(options: StageOptions = {}): Promise<LiveStage> {
    const lab = await startLab();
    const [a, b] = await Promise.all([
      lab.startCluster({ alias: 'A', ...options.source }),
      lab.startCluster({ alias: 'B', ...options.target }),
    ]);
    return new LiveStage(lab, a, b, options);
  }

  /** The text of the mm2.properties in force. */
  get properties(): string {
    return mm2Properties(this.a, this.b, this.#options.mm2);
  }

  async startMm2(): Promise<LabMm2> {
    this.#mm2 ??= await this.lab.startMm2({ properties: this.properties });
    if (!this.#mm2.running) await this.#mm2.start();
    return this.#mm2;
  }

  get mm2(): LabMm2 {
    if (this.#mm2 === undefined) throw new Error('MM2 was not started');
    return this.#mm2;
  }

  /** Audits as the command line does, reads every record on both sides, and keeps the comparison. */
  async moment(label: string, options: MomentOptions = {}): Promise<JudgedMoment> {
    const config = this.#config(options.policy);
    const flow = config.flows.find((f) => options.flow === undefined || flowName(f) === options.flow);
    if (flow === undefined) throw new Error(`no flow ${options.flow}`);
    const audit = await runAudit({
      config,
      reader: (alias) => createClusterReader(this.#connection(config, alias), { deadlineMs: 30_000 }),
      clock: { now: () => Date.now() },
      filter: { flow: (name) => name === flowName(flow) },
      memory: this.#memory,
    });
    const report = audit.flows[0];
    if (report === undefined) throw new Error('the audit has no flow');
    const [source, target] = flow.source === 'A' ? [this.a, this.b] : [this.b, this.a];
    const truths = new Map<string, PartitionTruth>();
    for (const { topic, targetTopic, partition, sourceEnd, targetEnd } of report.partitions) {
      if (sourceEnd === null || targetEnd === null) continue;
      const key = `${flowName(flow)}/${topic}-${partition}`;
      const ids = await source.admin.describeTopics([topic]);
      const id = ids[topic]?.id ?? '';
      const earlier = this.#truths.get(key);
      const truth = await readTruth({
        source,
        target,
        topic,
        targetTopic,
        partition,
        previous: earlier?.id === id ? earlier.truth : undefined,
      });
      this.#truths.set(key, { id, truth });
      truths.set(`${topic}-${partition}`, truth);
    }
    const mm2Truth = await readMm2Truth(target, report, (topic) => remoteTopic(flow.policy, flow.source, topic));
    const positions = judgePositions(
      report,
      (topic, partition) => truths.get(`${topic}-${partition}`) ?? null,
      ({ group, topic, partition }) => ({ position: mm2Truth.get(`${group}/${topic}-${partition}`) ?? null }),
    );
    const faults = [...findingFaults(report, options), ...lossFaults(report, truths, options)];
    const moment = { label, report, positions, faults };
    this.moments.push(moment);
    return moment;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.stop();
  }

  #config(policy: Partial<AuditPolicy> | undefined): TidemarkConfig {
    const { config } = loadMm2Properties(this.mm2PropertiesFile(), process.env);
    return { ...config, policy: { ...config.policy, ...policy } };
  }

  /** Where MM2's own file lies: what `tidemark audit --mm2` is given. */
  mm2PropertiesFile(): string {
    if (this.#mm2 !== undefined) return this.#mm2.propertiesFile;
    const file = join(this.lab.folder, 'mm2.properties');
    writeFileSync(file, this.properties, { mode: 0o600 });
    return file;
  }

  #connection(config: TidemarkConfig, alias: string) {
    const connection = config.clusters.get(alias);
    if (connection === undefined) throw new Error(`no cluster ${alias}`);
    return connection;
  }
}

/** Where MM2 left each group: its commit on the target, else what Kafka's own client translates. */
async function readMm2Truth(
  target: LabCluster,
  report: FlowReport,
  targetName: (topic: string) => string,
): Promise<Map<string, bigint>> {
  const found = new Map<string, bigint>();
  const source = report.flow.split('->')[0] ?? '';
  const checkpointsExist = (await target.admin.listTopics()).some((topic) => topic.endsWith('checkpoints.internal'));
  const groups = new Map<string, GroupReport[]>();
  for (const row of report.groups) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  for (const [group, rows] of groups) {
    const committed = await target.admin.groupOffsets(group);
    // RemoteClusterUtils waits for minutes where the topic does not exist.
    const translated = checkpointsExist ? await target.admin.translateOffsets(source, group) : [];
    for (const { topic, partition } of rows) {
      const name = targetName(topic);
      const at = (all: typeof committed) => all.find((o) => o.topic === name && o.partition === partition)?.offset;
      const position = at(committed) ?? at(translated);
      if (position !== undefined) found.set(`${group}/${topic}-${partition}`, position);
    }
  }
  return found;
}

function findingFaults(report: FlowReport, { expect = [], allow = [] }: MomentOptions): string[] {
  const present = new Set(report.findings.map(({ code }) => code));
  const missing = expect.filter((code) => !present.has(code)).map((code) => `no finding ${code}`);
  const known = new Set<string>([...expect, ...allow]);
  const unexpected = report.findings
    .filter(({ severity, code }) => severity !== 'info' && !known.has(code))
    .map(({ code, message }) => `unexpected ${code}: ${message}`);
  return [...missing, ...unexpected];
}

function lossFaults(
  report: FlowReport,
  truths: ReadonlyMap<string, PartitionTruth>,
  { loss = 'exact' }: MomentOptions,
): string[] {
  if (loss === 'unchecked') return [];
  if (loss === 'unknown') return report.loss.kind === 'unknown' ? [] : ['the loss is said to be known'];
  return report.partitions.flatMap(({ topic, partition, lag, missing }) => {
    const truth = truths.get(`${topic}-${partition}`);
    if (truth === undefined) return [];
    if (lag.kind === 'unknown') return [`${topic}-${partition}: lag unknown: ${lag.reason}`];
    const said = lag.records + missing;
    const so = truth.missing() + truth.deletedUnmirrored;
    const wrong = loss === 'exact' ? said !== so : said < so;
    return wrong ? [`${topic}-${partition}: ${said} records said to be lost, ${so} are`] : [];
  });
}
