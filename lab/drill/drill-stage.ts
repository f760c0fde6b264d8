import { join } from 'node:path';
import type { ClusterOptions, LabCluster } from '../cluster.ts';
import type { ConsumerSpec } from '../cluster-admin.ts';
import { runTidemark } from '../demo/run-tidemark.ts';
import { type Lab, startLab } from '../lab.ts';
import type { LabMm2 } from '../mm2.ts';
import { mm2Properties } from '../mm2-properties.ts';
import { type PartitionRecords, readPartition } from '../partition-records.ts';
import { PartitionTruth } from '../partition-truth.ts';
import { type RestorePlan, restorePlanJson } from '../restore-plan-json.ts';
import { RecordWriter } from '../workload/record-writer.ts';
import type { RestoredPosition } from './drill-result.ts';

/** A past time with the group commits at that time, and MM2's translations of them, by group. */
export interface Moment {
  readonly at: string;
  readonly commits: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
  readonly mm2: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
}

export interface StageOptions {
  readonly source?: Omit<ClusterOptions, 'alias'>;
  readonly mm2?: Readonly<Record<string, string>>;
}

/** Two clusters, MM2 between them, and Tidemark's own command line with a history. */
export class DrillStage {
  readonly lab: Lab;
  readonly a: LabCluster;
  readonly b: LabCluster;
  readonly writer: RecordWriter;
  readonly mm2: LabMm2;
  readonly results: RestoredPosition[] = [];
  readonly #protocols = new Map<string, ConsumerSpec['protocol']>();
  #sourceRecords = new Map<string, PartitionRecords>();

  private constructor(lab: Lab, a: LabCluster, b: LabCluster, mm2: LabMm2) {
    this.lab = lab;
    this.a = a;
    this.b = b;
    this.mm2 = mm2;
    this.writer = new RecordWriter(a.admin);
  }

  static async open({ source, mm2 }: StageOptions): Promise<DrillStage> {
    const lab = await startLab();
    try {
      const [a, b] = await Promise.all([lab.startCluster({ alias: 'A', ...source }), lab.startCluster({ alias: 'B' })]);
      return new DrillStage(lab, a, b, await lab.startMm2({ properties: mm2Properties(a, b, mm2) }));
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  /** A real consumer of the group reads to the ends of the logs, commits and leaves. */
  async consume(group: string, protocol: ConsumerSpec['protocol'], ...topics: string[]): Promise<void> {
    this.#protocols.set(group, protocol);
    await this.a.admin.drainGroup(group, topics, protocol);
  }

  /** Runs one audit with the command line, which records it in the history. */
  async audit(): Promise<void> {
    const { code, stdout } = await runTidemark(['audit', ...this.#common(), '--format', 'json']);
    if (code > 1) throw new Error(`tidemark audit ended with ${code}: ${stdout}`);
    const unkept = /"HISTORY_NOT_RECORDED"/.exec(stdout);
    if (unkept !== null) throw new Error(`the audit was not recorded: ${stdout}`);
  }

  /** Audits, and records the present commits. The groups must not move in the meantime. */
  async moment(groups: readonly string[]): Promise<Moment> {
    await this.audit();
    const at = new Date().toISOString();
    const commits = new Map<string, Map<string, bigint>>();
    const mm2 = new Map<string, Map<string, bigint>>();
    for (const group of groups) {
      commits.set(group, byPartition(await this.a.admin.groupOffsets(group)));
      mm2.set(group, byPartition(await this.b.admin.translateOffsets('A', group)));
    }
    return { at, commits, mm2 };
  }

  /** Reads the source's records now, for a time when the source is down. */
  async rememberSource(...topics: string[]): Promise<void> {
    this.#sourceRecords = new Map();
    for (const { topic, partition } of await this.a.admin.listOffsets(...topics)) {
      this.#sourceRecords.set(`${topic}-${partition}`, await readPartition(this.a.admin, topic, partition));
    }
  }

  /**
   * Restores groups to a moment with the command line, lets a real consumer of each read from there, and compares what
   * it gets with the records of the source.
   */
  async restore(
    moment: Moment,
    onto: 'source' | 'target',
    groups: readonly string[],
    options: { readonly flags?: readonly string[]; readonly mm2?: Moment['mm2'] } = {},
  ): Promise<RestorePlan> {
    const plan = await this.plan(moment, onto, groups, options.flags);
    await this.apply(plan);
    const cluster = onto === 'source' ? this.a : this.b;
    for (const { group, steps } of plan.groups) {
      const protocol = this.#protocols.get(group) ?? 'classic';
      const given = await cluster.admin.drainGroup(group, [...new Set(steps.map(({ topic }) => topic))], protocol);
      for (const step of steps) {
        const source = onto === 'source' ? step.topic : step.topic.slice('A.'.length);
        const name = `${source}-${step.partition}`;
        const committed = moment.commits.get(group)?.get(name);
        if (committed === undefined) throw new Error(`${group} got a position on ${name}, where it had no commit`);
        const ids = given.filter((r) => r.topic === step.topic && r.partition === step.partition).map(({ id }) => id);
        const mm2 = (options.mm2 ?? moment.mm2).get(group)?.get(`A.${name}`);
        this.results.push({
          onto,
          group,
          partition: name,
          committed,
          to: step.to,
          proof: step.proof,
          planned: step.rereadAtMost,
          ...(await this.#judge(source, step, onto, committed, ids)),
          mm2Reread: onto === 'source' || mm2 === undefined ? null : await this.#rereadAt(source, step, mm2, committed),
        });
      }
    }
    return plan;
  }

  async plan(
    moment: Pick<Moment, 'at'>,
    onto: 'source' | 'target',
    groups: readonly string[],
    flags: readonly string[] = [],
  ): Promise<RestorePlan> {
    const chosen = groups.flatMap((group) => ['--group', group]);
    const args = ['restore', 'plan', '--as-of', moment.at, '--onto', onto, ...chosen, ...flags];
    const { stdout } = await runTidemark([...args, ...this.#common(), '--format', 'json']);
    return restorePlanJson.parse(JSON.parse(stdout));
  }

  /** @throws if the plan was refused, or a position is not the planned one */
  async apply({ id, hash, refusals }: RestorePlan): Promise<void> {
    if (id === null || hash === null) throw new Error(`refused: ${JSON.stringify(refusals)}`);
    await this.#carryOut('apply', id, '--hash', hash);
  }

  async undo({ id }: RestorePlan): Promise<void> {
    await this.#carryOut('undo', id ?? '');
  }

  async #carryOut(...args: readonly string[]): Promise<void> {
    const { code, stdout } = await runTidemark(['restore', ...args, ...this.#common()]);
    if (code !== 0) throw new Error(`tidemark restore ${args.join(' ')} ended with ${code}: ${stdout}`);
  }

  async stop(): Promise<void> {
    await this.lab.stop();
  }

  #common(): string[] {
    return ['--mm2', this.mm2.propertiesFile, '--history', join(this.lab.folder, 'history.db')];
  }

  async #judge(
    topic: string,
    step: { readonly topic: string; readonly partition: number },
    onto: 'source' | 'target',
    committed: bigint,
    ids: readonly string[],
  ): Promise<{ readonly skipped: number; readonly reread: number }> {
    const { source, target } = await this.#truth(topic, step.partition);
    const offsets = new Map(source.ids.map((id, i) => [id, source.offsets[i] ?? 0]));
    const there = new Set(onto === 'source' ? source.ids : target.ids);
    const given = new Set(ids);
    const unread = source.ids.filter((id) => (offsets.get(id) ?? 0) >= Number(committed) && there.has(id));
    return {
      skipped: unread.filter((id) => !given.has(id)).length,
      reread: ids.filter((id) => (offsets.get(id) ?? Number.POSITIVE_INFINITY) < Number(committed)).length,
    };
  }

  async #rereadAt(
    topic: string,
    { partition }: { readonly partition: number },
    position: bigint,
    committed: bigint,
  ): Promise<bigint> {
    return (await this.#truth(topic, partition)).rereads(position, committed);
  }

  async #truth(topic: string, partition: number): Promise<PartitionTruth> {
    const remembered = this.#sourceRecords.get(`${topic}-${partition}`);
    const target = await readPartition(this.b.admin, `A.${topic}`, partition);
    return new PartitionTruth(remembered ?? (await readPartition(this.a.admin, topic, partition)), target);
  }
}

function byPartition(
  rows: readonly { readonly topic: string; readonly partition: number; readonly offset: bigint }[],
): Map<string, bigint> {
  return new Map(rows.map(({ topic, partition, offset: at }) => [`${topic}-${partition}`, at]));
}
