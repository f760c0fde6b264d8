import { join } from 'node:path';
import * as z from 'zod';
import type { LabCluster } from '../cluster.ts';
import { runTidemark } from '../demo/run-tidemark.ts';
import { readTruth } from '../ground-truth.ts';
import { type KafkaRelease, type ReleasedArtifact, resolveRelease } from '../kafka-release.ts';
import { type Lab, startLab } from '../lab.ts';
import { LAB_KAFKA_VERSION } from '../maven-classpath.ts';
import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../mirroring.ts';
import { mm2Properties } from '../mm2-properties.ts';
import type { PartitionTruth } from '../partition-truth.ts';
import { restorePlanJson } from '../restore-plan-json.ts';
import { waitUntil } from '../wait-until.ts';
import { RecordWriter } from '../workload/record-writer.ts';
import type { ReleasePair } from './pair.ts';
import { type RequestVersions, requestVersions } from './request-versions.ts';

const TOPIC = 'orders';
const COPY = `A.${TOPIC}`;
const PARTITIONS = [0, 1, 2];
const OWN_GROUPS = ['billing', 'shipping'];
/** A group of the protocol of KIP-848, where the source has it. */
const MODERN = 'modern';

const offset = z.string().transform(BigInt);
const bound = offset.nullable();
const auditJson = z.object({
  flows: z.array(
    z.object({
      verdict: z.string(),
      loss: z.object({ kind: z.string(), records: z.string().optional() }),
      groups: z.array(
        z.object({
          group: z.string(),
          partition: z.number(),
          committed: offset,
          mm2: z.object({ position: bound, rereadAtMost: bound, skipAtMost: bound }),
          tidemark: z.object({ position: bound, proof: z.string(), rereadAtMost: bound, skipAtMost: bound }),
        }),
      ),
      findings: z.array(z.object({ code: z.string(), severity: z.string(), message: z.string() })),
    }),
  ),
});
type Flow = z.infer<typeof auditJson>['flows'][number];
const checksJson = z.object({
  checks: z.array(z.object({ subject: z.string(), what: z.string(), status: z.string(), detail: z.string() })),
});

/** What Tidemark said of one pair, and whether it was right. */
export interface PairResult {
  readonly pair: ReleasePair;
  readonly requests: { readonly source: RequestVersions; readonly target: RequestVersions };
  readonly verdict: string;
  /** Positions compared with the records themselves, how many of them break their bounds, and how many are proven exactly. */
  readonly positions: {
    readonly compared: number;
    readonly wrong: number;
    readonly exact: number;
    /** Of Tidemark alone. */
    readonly all: number;
  };
  /** What the doctor warns about: `A: topic ids`. */
  readonly warned: readonly string[];
  readonly restored: number;
  /** What was not as it should be. */
  readonly faults: readonly string[];
}

/**
 * A mirror between two releases, as people have it: audited, examined, verified; MM2 killed and groups restored on the
 * target; the source's topic recreated; the source killed. All by Tidemark's command line.
 */
export async function playPair(pair: ReleasePair, say: (text: string) => void): Promise<PairResult> {
  const lab = await startLab();
  try {
    const stage = await Stage.open(lab, pair, say);
    return await stage.play();
  } finally {
    await lab.stop();
  }
}

class Stage {
  readonly #pair: ReleasePair;
  readonly #say: (text: string) => void;
  readonly #a: LabCluster;
  readonly #b: LabCluster;
  readonly #mm2File: string;
  readonly #history: string;
  readonly #killMm2: () => Promise<void>;
  readonly #writer: RecordWriter;
  readonly #faults: string[] = [];
  readonly #groups: readonly string[];

  private constructor(of: {
    readonly pair: ReleasePair;
    readonly say: (text: string) => void;
    readonly a: LabCluster;
    readonly b: LabCluster;
    readonly mm2File: string;
    readonly history: string;
    readonly killMm2: () => Promise<void>;
    readonly writer: RecordWriter;
    readonly groups: readonly string[];
  }) {
    this.#pair = of.pair;
    this.#say = of.say;
    this.#a = of.a;
    this.#b = of.b;
    this.#mm2File = of.mm2File;
    this.#history = of.history;
    this.#killMm2 = of.killMm2;
    this.#writer = of.writer;
    this.#groups = of.groups;
  }

  static async open(lab: Lab, pair: ReleasePair, say: (text: string) => void): Promise<Stage> {
    const source = await releaseOf('kafka_2.13', pair.source, lab);
    const target = await releaseOf('kafka_2.13', pair.target, lab);
    const mirror = await releaseOf('connect-mirror', pair.mm2, lab);
    say(`starting Kafka ${pair.source} and ${pair.target}, MirrorMaker ${pair.mm2}`);
    const [a, b] = await Promise.all([
      lab.startCluster({ alias: 'A', release: source }),
      lab.startCluster({ alias: 'B', release: target }),
    ]);
    const writer = new RecordWriter(a.admin);
    await a.admin.createTopics({ [TOPIC]: { partitions: PARTITIONS.length } });
    for (const partition of PARTITIONS) await writer.write(TOPIC, 2_000, { partition, keys: 500 });
    await a.admin.commitOffsets('billing', TOPIC, { 0: 2_000n, 1: 1_990n, 2: 500n });
    await a.admin.commitOffsets('shipping', TOPIC, { 0: 1_500n, 1: 1_000n, 2: 2_000n });
    const isModern = Number(pair.source.split('.')[0]) >= 4;
    if (isModern) await a.admin.drainGroup(MODERN, [TOPIC], 'consumer');
    const mm2 = await lab.startMm2({ properties: mm2Properties(a, b), release: mirror });
    const mirroring = { source: a, target: b, topic: TOPIC, mm2 };
    if (emitsLastSync(pair.mm2)) {
      await waitUntilSettled(mirroring);
      for (const group of OWN_GROUPS) await waitUntilGroupSynced(mirroring, group);
    } else {
      await waitUntilMirrored(mirroring);
      await waitUntil('MM2 to commit for a group', async () => (await b.admin.groupOffsets('billing')).length > 0);
    }
    return new Stage({
      pair,
      say,
      a,
      b,
      mm2File: mm2.propertiesFile,
      history: join(lab.folder, 'history.db'),
      killMm2: () => mm2.kill(),
      writer,
      groups: isModern ? [...OWN_GROUPS, MODERN] : OWN_GROUPS,
    });
  }

  async play(): Promise<PairResult> {
    const requests = {
      source: await requestVersions(this.#a.connection),
      target: await requestVersions(this.#b.connection),
    };
    const healthy = await this.#audit();
    this.#expect(healthy.verdict === 'ready', `the healthy mirror is ${healthy.verdict}: ${told(healthy)}`);
    this.#expect(healthy.loss.records === '0', `the healthy mirror loses ${JSON.stringify(healthy.loss)}`);
    const positions = await this.#compare(healthy);
    const warned = await this.#doctor();
    const verified = await this.#run(['verify', '--format', 'json']);
    this.#expect(verified.code === 0, `verify ended with ${verified.code}: ${verified.stdout}`);

    await this.#killMm2();
    const restored = await this.#restore(new Date().toISOString());
    this.#say('recreating the topic on the source');
    await this.#a.admin.deleteTopics(TOPIC);
    // With ZooKeeper a topic that is no longer listed may still be there.
    await waitUntil('the topic to be created again', async () => {
      await this.#a.admin.createTopics({ [TOPIC]: { partitions: PARTITIONS.length } });
      return true;
    });
    for (const partition of PARTITIONS) await this.#writer.write(TOPIC, 100, { partition, keys: 50 });
    this.#expectFinding(await this.#audit(), 'SOURCE_TOPIC_RECREATED');
    for (const nodeId of this.#a.nodeIds) await this.#a.kill(nodeId);
    this.#say('the source is dead');
    const alone = await this.#audit();
    this.#expectFinding(alone, 'CLUSTER_UNREACHABLE');
    this.#expect(alone.groups.length > 0, 'with a dead source there are no groups');
    return { pair: this.#pair, requests, verdict: healthy.verdict, positions, warned, restored, faults: this.#faults };
  }

  async #audit(): Promise<Flow> {
    const { code, stdout } = await this.#run(['audit', '--format', 'json']);
    if (code > 1) throw new Error(`tidemark audit ended with ${code}: ${stdout}`);
    const [flow] = auditJson.parse(JSON.parse(stdout)).flows;
    if (flow === undefined) throw new Error('the audit has no flow');
    return flow;
  }

  /** Each position, Tidemark's and MM2's, beside the records on both sides. */
  async #compare({ groups }: Flow): Promise<PairResult['positions']> {
    const truths = new Map<number, PartitionTruth>();
    for (const partition of PARTITIONS) {
      const sides = { source: this.#a, target: this.#b };
      truths.set(partition, await readTruth({ ...sides, topic: TOPIC, targetTopic: COPY, partition }));
    }
    let [compared, wrong] = [0, 0];
    for (const { group, partition, committed, mm2, tidemark } of groups) {
      const truth = truths.get(partition);
      for (const [whose, { position, rereadAtMost, skipAtMost }] of Object.entries({ mm2, tidemark })) {
        if (truth === undefined || position === null) continue;
        compared++;
        const [rereads, skips] = [truth.rereads(position, committed), truth.skips(position, committed)];
        if (isWithin(rereads, rereadAtMost) && isWithin(skips, skipAtMost)) continue;
        wrong++;
        this.#faults.push(`${whose} of ${group} on ${partition}: ${rereads} re-reads, ${skips} skips at ${position}`);
      }
    }
    const found = new Set(groups.map(({ group }) => group));
    for (const group of this.#groups) this.#expect(found.has(group), `the audit has no group ${group}`);
    const exact = groups.filter(({ tidemark }) => ['exact', 'verified'].includes(tidemark.proof)).length;
    if (emitsLastSync(this.#pair.mm2))
      this.#expect(exact === groups.length, `only ${exact} of ${groups.length} positions are exact`);
    return { compared, wrong, exact, all: groups.length };
  }

  async #doctor(): Promise<string[]> {
    const { code, stdout } = await this.#run(['doctor', '--format', 'json']);
    this.#expect(code === 0, `doctor ended with ${code}`);
    const { checks } = checksJson.parse(JSON.parse(stdout));
    for (const { subject, what, status, detail } of checks)
      if (status !== 'ok') this.#say(`doctor: ${subject} ${what}: ${status}: ${detail}`);
    return checks.filter(({ status }) => status !== 'ok').map(({ subject, what }) => `${subject}: ${what}`);
  }

  /** Moves the groups on the target, and reads back with Kafka's own client. Returns the number of positions. */
  async #restore(asOf: string): Promise<number> {
    const flags = ['--as-of', asOf, '--onto', 'target', '--group', '*', '--even-if-mm2-syncs', '--format', 'json'];
    const planned = await this.#run(['restore', 'plan', ...flags]);
    const plan = restorePlanJson.parse(JSON.parse(planned.stdout));
    if (plan.id === null || plan.hash === null) {
      this.#faults.push(`no restore: ${plan.refusals.map(({ code, reason }) => `${code} ${reason}`).join('; ')}`);
      return 0;
    }
    const applied = await this.#run(['restore', 'apply', plan.id, '--hash', plan.hash, '--format', 'json']);
    this.#expect(applied.code === 0, `restore apply ended with ${applied.code}: ${applied.stdout}`);
    let right = 0;
    for (const { group, steps } of plan.groups) {
      const rows = await this.#b.admin.groupOffsets(group);
      for (const step of steps) {
        const row = rows.find(({ topic, partition }) => topic === step.topic && partition === step.partition);
        if (row?.offset === step.to) right++;
        else this.#faults.push(`${group} is at ${row?.offset} on ${step.partition}, not at ${step.to}`);
      }
    }
    return right;
  }

  #run(args: readonly string[]) {
    this.#say(`tidemark ${args.slice(0, 2).join(' ')}`);
    return runTidemark([...args, '--mm2', this.#mm2File], { TIDEMARK_HISTORY: this.#history });
  }

  #expectFinding(flow: Flow, code: string): void {
    this.#expect(
      flow.findings.some((finding) => finding.code === code),
      `no ${code}: ${told(flow)}`,
    );
  }

  #expect(holds: boolean, fault: string): void {
    if (!holds) this.#faults.push(fault);
  }
}

/** Undefined for the lab's own release. */
async function releaseOf(artifact: ReleasedArtifact, version: string, lab: Lab): Promise<KafkaRelease | undefined> {
  return version === LAB_KAFKA_VERSION ? undefined : resolveRelease(artifact, version, lab.classpath);
}

/** MM2 2.8.2 never sends the sync of a last record while nothing is written; 3.9.1 does. */
function emitsLastSync(mm2: string): boolean {
  const [major = 0, minor = 0] = mm2.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 9);
}

function isWithin(count: bigint, atMost: bigint | null): boolean {
  return atMost === null || count <= atMost;
}

function told({ findings }: Flow): string {
  return findings.map(({ code, message }) => `${code} ${message}`).join('; ') || 'no findings';
}
