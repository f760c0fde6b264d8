import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClusterReader } from '../../shared/adapters/kafka/cluster-reader.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { AuditMemory } from '../../shared/audit/audit-memory.ts';
import { runAudit } from '../../shared/audit/run-audit.ts';
import type { KafkaConnection } from '../../shared/config/connection/kafka-connection.ts';
import { loadMm2Properties } from '../../shared/config/mm2/mm2-properties.ts';
import type { TidemarkConfig } from '../../shared/config/tidemark-config.ts';
import type { AuditPolicy } from '../../shared/domain/judge/audit-policy.ts';
import { remoteTopic } from '../../shared/domain/mirror/replication-policy.ts';
import { flowName } from '../../shared/domain/model/flow.ts';
import type { FlowReport } from '../../shared/domain/model/report.ts';
import { DEFAULT_VERIFY_BYTES } from '../../shared/survey/verify-positions.ts';
import type { ClusterOptions, LabCluster } from '../cluster.ts';
import { type Lab, startLab } from '../lab.ts';
import type { LabMm2 } from '../mm2.ts';
import { mm2Properties } from '../mm2-properties.ts';
import { waitUntil } from '../wait-until.ts';
import { RecordWriter } from '../workload/record-writer.ts';
import { flowTruth, LiveTruth, readCommitEpochs, readMm2Positions, samePositions } from './live-truth.ts';
import { type Expectation, momentFaults } from './moment-faults.ts';
import { type JudgedPosition, judgePositions } from './position-judge.ts';
import { expectedOfSilent, newestHeartbeat, silenceOf } from './silent-mirror.ts';
import { type JudgedVerdict, judgeVerdict } from './verdict-judge.ts';

/** An audit of a live moment, compared with the records. */
export interface JudgedMoment {
  readonly label: string;
  readonly report: FlowReport;
  readonly positions: readonly JudgedPosition[];
  /** Missing and unexpected findings, and wrong lags or losses. */
  readonly faults: readonly string[];
  readonly verdict: JudgedVerdict;
}

export interface StageOptions {
  readonly source?: Partial<ClusterOptions>;
  readonly target?: Partial<ClusterOptions>;
  /** Settings of MM2 that take precedence over the lab's. */
  readonly mm2?: Readonly<Record<string, string | undefined>>;
}

/** How the audits of all moments are made. */
export interface AuditedHow {
  /** They compare the records around all positions. */
  readonly verify?: boolean;
  /** How many audits there are at each moment, one by default. The last one is judged. */
  readonly audits?: number;
}

export interface MomentOptions extends Expectation {
  /** The flow to judge if both directions run; the first one by default. */
  readonly flow?: string;
  readonly policy?: Partial<AuditPolicy>;
  /** Audits like a new process without a history, which knows no earlier topic ids. */
  readonly withoutMemory?: boolean;
  /** What has just happened: a single audit sees it, whatever `AuditedHow.audits` says. */
  readonly atOnce?: boolean;
  /** How far the auditor's clock is ahead of everybody else's. */
  readonly clockAheadMs?: number;
  /**
   * Settings of further flows. The audit is then of all flows; they must not change what it says of the one that is
   * judged.
   */
  readonly besideFlows?: Readonly<Record<string, string>>;
  /** A further check of this moment; returns the faults it finds. */
  readonly also?: (moment: Pick<JudgedMoment, 'report' | 'positions'>) => readonly string[];
}

/** Two real clusters with MM2 between them, and audits that are compared with every record. */
export class LiveStage implements AsyncDisposable {
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly writer: RecordWriter;
  readonly moments: JudgedMoment[] = [];
  #mm2Settings: NonNullable<StageOptions['mm2']>;
  readonly #how: AuditedHow;
  readonly #memory = new AuditMemory();
  readonly #truth = new LiveTruth();
  #mm2: LabMm2 | undefined;

  private constructor(lab: Lab, a: LabCluster, b: LabCluster, options: StageOptions, how: AuditedHow) {
    this.lab = lab;
    this.a = a;
    this.b = b;
    this.writer = new RecordWriter(a.admin);
    this.#mm2Settings = options.mm2 ?? {};
    this.#how = how;
  }

  static async open(options: StageOptions = {}, how: AuditedHow = {}): Promise<LiveStage> {
    const lab = await startLab();
    const [a, b] = await Promise.all([
      lab.startCluster({ alias: 'A', ...options.source }),
      lab.startCluster({ alias: 'B', ...options.target }),
    ]);
    return new LiveStage(lab, a, b, options, how);
  }

  /** The text of the current mm2.properties. */
  get properties(): string {
    return mm2Properties(this.a, this.b, this.#mm2Settings);
  }

  async startMm2(): Promise<LabMm2> {
    this.#mm2 ??= await this.lab.startMm2({ properties: this.properties });
    if (!this.#mm2.running) await this.#mm2.start();
    return this.#mm2;
  }

  /** Changes settings of MM2 for its next start, and for all audits from now on. */
  configureMm2(settings: NonNullable<StageOptions['mm2']>): void {
    this.#mm2Settings = { ...this.#mm2Settings, ...settings };
    if (this.#mm2 !== undefined) writeFileSync(this.#mm2.propertiesFile, this.properties, { mode: 0o600 });
  }

  get mm2(): LabMm2 {
    if (this.#mm2 === undefined) throw new Error('MM2 was not started');
    return this.#mm2;
  }

  /**
   * Audits like the command line, reads every record on both sides, and stores the comparison. If MM2 moved a group
   * during the audit, the comparison is impossible, and this audits again.
   */
  async moment(label: string, options: MomentOptions = {}): Promise<JudgedMoment> {
    const config = this.#config(options);
    const flow = config.flows.find((f) => options.flow === undefined || flowName(f) === options.flow);
    if (flow === undefined) throw new Error(`no flow ${options.flow}`);
    const [source, target] = flow.source === 'A' ? [this.a, this.b] : [this.b, this.a];
    const memory = options.withoutMemory === true ? new AuditMemory() : this.#memory;
    const audit = async (): Promise<FlowReport> => {
      const { flows } = await runAudit({
        config,
        reader: (alias) => createClusterReader(this.#connection(config, alias), { deadlineMs: 30_000 }),
        clock: { ...SYSTEM_CLOCK, now: () => Date.now() + (options.clockAheadMs ?? 0) },
        ...(options.besideFlows === undefined ? { filter: { flow: (name) => name === flowName(flow) } } : {}),
        memory,
        ...(this.#how.verify === true ? { verify: { positions: 'all', budgetBytes: DEFAULT_VERIFY_BYTES } } : {}),
      });
      const audited = flows.find((one) => one.flow === flowName(flow));
      if (audited === undefined) throw new Error('the audit has no such flow');
      return audited;
    };
    const { audits: most = 1 } = this.#how;
    const audits = options.atOnce === true ? 1 : most;
    // The comparison of records settles more at each audit.
    for (let earlier = 1; earlier < audits; earlier++) await audit();
    const { clockAheadMs = 0 } = options;
    let mm2Positions = await readMm2Positions(flow.source, target);
    let newestBefore = await newestHeartbeat(flow, target);
    const { report, silentMs } = await waitUntil('MM2 to leave the groups alone during an audit', async () => {
      const before = mm2Positions;
      const began = Date.now() + clockAheadMs;
      const audited = await audit();
      const ended = Date.now() + clockAheadMs;
      mm2Positions = await readMm2Positions(flow.source, target);
      const newestAfter = await newestHeartbeat(flow, target);
      const silence = silenceOf(audited, { began, ended, newestBefore, newestAfter });
      newestBefore = newestAfter;
      return samePositions(before, mm2Positions) && { report: audited, silentMs: silence };
    });
    const expectation = silentMs === null ? options : expectedOfSilent(options);
    const compacted = await compactedTopics(this.#connection(config, flow.target), report);
    const truths = await this.#truth.read(source, target, report, flow.isolationLevel, compacted);
    // Without a history nothing tells an audit that a log was cut: it takes commits for those of the present one.
    const leaderEpochs = await readCommitEpochs(source, report, truths);
    const positions = judgePositions(
      report,
      (topic, partition) => truths.get(`${topic}-${partition}`) ?? null,
      ({ group, topic, partition }) => {
        const name = `${group}/${remoteTopic(flow.policy, flow.source, topic)}-${partition}`;
        return { position: mm2Positions.get(name) ?? null };
      },
      ({ group, topic, partition }) => leaderEpochs.get(`${group}/${topic}-${partition}`),
    );
    const faults = [...momentFaults(report, truths, expectation), ...(options.also?.({ report, positions }) ?? [])];
    const truth = flowTruth(report, truths);
    const verdict = judgeVerdict(report, positions, truth, expectation, config.policy.maxLossRecords);
    const silent = silentMs === null ? '' : ` (MM2 was silent for ${(silentMs / 1000).toFixed(0)} s)`;
    const moment = { label: `${label}${silent}`, report, positions, faults, verdict };
    this.moments.push(moment);
    return moment;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.stop();
  }

  #config({ policy, besideFlows }: MomentOptions): TidemarkConfig {
    let file = this.mm2PropertiesFile();
    if (besideFlows !== undefined) {
      file = join(this.lab.folder, 'all-flows.properties');
      writeFileSync(file, mm2Properties(this.a, this.b, { ...this.#mm2Settings, ...besideFlows }), { mode: 0o600 });
    }
    const { config } = loadMm2Properties(file, process.env);
    return { ...config, policy: { ...config.policy, ...policy } };
  }

  /** Path of MM2's own file, the argument of `tidemark audit --mm2`. */
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

/** Names of the target topics that are compacted, now. */
async function compactedTopics(connection: KafkaConnection, { partitions }: FlowReport): Promise<Set<string>> {
  const reader = createClusterReader(connection, { deadlineMs: 30_000 });
  try {
    const there = (await reader.metadata()).topics;
    const topics = [...new Set(partitions.map(({ targetTopic }) => targetTopic))].filter((topic) => there.has(topic));
    const configs = await reader.topicConfigs(topics);
    const compacts = (topic: string): boolean => {
      const config = configs.get(topic);
      return config?.kind === 'read' && config.value.get('cleanup.policy')?.includes('compact') === true;
    };
    return new Set(topics.filter(compacts));
  } finally {
    await reader.close();
  }
}
