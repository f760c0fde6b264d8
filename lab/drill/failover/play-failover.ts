import { z } from 'zod';
import { readPartition } from '../../partition-records.ts';
import { waitUntil } from '../../wait-until.ts';
import type { GroupOutcome, RunResult } from './failover-result.ts';
import type { FailoverStage } from './failover-stage.ts';
import { TOPICS } from './failover-stage.ts';

const offset = z.string().transform(BigInt);
const audited = z.object({
  flows: z.tuple([
    z.object({
      loss: z.union([
        z.object({ kind: z.literal('known'), records: offset }),
        z.object({ kind: z.literal('unknown') }),
      ]),
      groups: z.array(z.object({ group: z.string(), topic: z.string(), partition: z.number(), committed: offset })),
      findings: z.array(z.object({ code: z.string() })),
    }),
  ]),
});
const failover = z.object({
  run: z.string(),
  hash: z.string(),
  phase: z.string(),
  refused: z.array(z.string()),
  groups: z.array(z.string()),
  approval: z.object({ at: z.string() }).nullable(),
  tookMs: z.number().nullable(),
  faults: z.array(z.object({ code: z.string(), reason: z.string() })),
  entries: z.array(
    z.object({
      at: z.number(),
      event: z.object({ kind: z.string(), step: z.string().optional(), evidence: z.unknown().optional() }),
    }),
  ),
});
type Failover = z.infer<typeof failover>;
const placed = z.object({ plan: z.string() });
const drained = z.object({ missing: z.string() });
const plan = z.object({
  groups: z.array(z.object({ group: z.string(), steps: z.array(z.object({ rereadAtMost: offset })) })),
});

/** Groups that read from time to time, with Java consumers of both protocols. */
const JAVA_GROUPS = Array.from({ length: 8 }, (_, i) => ({
  group: `java-${i}`,
  protocol: i % 2 === 0 ? ('classic' as const) : ('consumer' as const),
}));
const MIRRORED = Object.keys(TOPICS);
/** Records that the application has written before the failover begins. */
const LOAD = 3_000;
/** Records that it writes after MirrorMaker was paused, before the source is killed. */
const LOST = 300;

/** Commits by group and `topic-partition`. */
type Commits = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

/** Plays a failover under load with real clients, and counts record by record. */
export async function playFailover(stage: FailoverStage): Promise<RunResult> {
  const { a, b, scenario } = stage;
  const before = new Map<string, readonly string[]>();
  await stage.startGroups('source');
  await stage.producer.start(stage.reach('source'), MIRRORED);
  for (const [i, { group, protocol }] of JAVA_GROUPS.entries()) {
    await written(stage, ((i + 1) * LOAD) / JAVA_GROUPS.length);
    before.set(
      group,
      (await a.admin.drainGroup(group, MIRRORED, protocol)).map(({ id }) => id),
    );
    await audit(stage);
  }
  let commits = commitsOf(await audit(stage));
  const sourceIds = new Map<string, number>();
  if (scenario.mode === 'unplanned') {
    await written(stage, stage.producer.acknowledged.length + LOST);
    // What is written from now on is lost with the source.
    stage.pauseMirror();
    await written(stage, stage.producer.acknowledged.length + LOST);
    for (const nodeId of a.nodeIds) await a.kill(nodeId);
    stage.resumeMirror();
    await stage.producer.stop();
  }
  const done = await failOver(stage);
  for (const { group, processed } of stage.groups) before.set(group, [...processed.source]);
  await stage.nativeProducer.stop();
  if (scenario.mode === 'planned') commits = await committed(stage);

  const after = new Map<string, readonly string[]>();
  await waitUntilRead(stage);
  await stage.stopGroups();
  for (const { group, processed } of stage.groups) after.set(group, processed.target);
  const names = [...new Set(MIRRORED.flatMap((topic) => [stage.onTarget(topic), topic]))];
  for (const { group, protocol } of JAVA_GROUPS) {
    after.set(
      group,
      (await b.admin.drainGroup(group, names, protocol)).map(({ id }) => id),
    );
  }

  if (scenario.mode === 'unplanned') for (const nodeId of a.nodeIds) await a.restart(nodeId);
  for (const [topic, partitions] of Object.entries(TOPICS)) {
    for (let p = 0; p < partitions; p++) {
      const { ids, offsets } = await readPartition(a.admin, topic, p);
      for (const [i, id] of ids.entries()) sourceIds.set(id, offsets[i] ?? 0);
    }
  }
  const targetIds = await idsOnTarget(stage, names);
  const lossCounted = [...sourceIds.keys()].filter((id) => id !== '' && !targetIds.has(id)).length;
  const where = await placesOf(stage);
  const bounds = await plannedBounds(stage, done);
  return {
    name: scenario.name,
    groups: [...before].map(([group, ids]): GroupOutcome => {
      const read = after.get(group) ?? [];
      const had = new Set(ids);
      const got = new Set(read);
      const of = commits.get(group);
      const isUncommitted = (id: string) => {
        const place = where.get(id);
        return place !== undefined && place.offset >= (of?.get(place.partition) ?? 0n);
      };
      const twice = read.filter((id) => had.has(id));
      return {
        group,
        before: ids.length,
        after: read.length,
        skipped: [...targetIds].filter((id) => id !== '' && !had.has(id) && !got.has(id)).length,
        reread: twice.length,
        planned: bounds.get(group) ?? 0n,
        uncommitted: twice.filter(isUncommitted).length,
      };
    }),
    lossSaid: await lossSaid(stage, done),
    lossCounted,
    ...timesOf(stage, done),
  };
}

async function written(stage: FailoverStage, records: number): Promise<void> {
  const enough = () => stage.producer.acknowledged.length >= records;
  await waitUntil(`${records} records to be written`, enough, {
    deadlineMs: 180_000,
    explain: () => `${stage.producer.acknowledged.length} were, ${stage.producer.failed} failed`,
  });
}

async function audit(stage: FailoverStage): Promise<z.infer<typeof audited>['flows'][0]> {
  const { code, stdout } = await stage.tidemark('audit');
  if (code > 1) throw new Error(`tidemark audit ended with ${code}`);
  const [flow] = audited.parse(JSON.parse(stdout)).flows;
  if (flow.findings.some(({ code: one }) => one === 'HISTORY_NOT_RECORDED'))
    throw new Error('an audit was not recorded');
  return flow;
}

/** Assesses, approves by the printed hash, and runs, with the command line. */
async function failOver(stage: FailoverStage): Promise<Failover> {
  const assessed = await stage.tidemark('failover', 'assess', `--${stage.scenario.mode}`);
  const { run, hash, refused, groups } = failover.parse(JSON.parse(assessed.stdout));
  if (refused.length > 0) throw new Error(`the failover was refused: ${assessed.stdout.slice(0, 3_000)}`);
  const missing = [...stage.groups, ...JAVA_GROUPS].filter(({ group }) => !groups.includes(group));
  if (missing.length > 0) throw new Error(`not assessed: ${missing.map(({ group }) => group).join(', ')}`);
  const ran = await stage.tidemark('failover', 'run', run, '--approve', hash);
  const done = failover.parse(JSON.parse(ran.stdout));
  if (done.phase === 'completed') return done;
  throw new Error(`the failover stopped: ${done.faults.map(({ code, reason }) => `${code}: ${reason}`).join('; ')}`);
}

/** What the groups had committed on the source when their positions were read: their consumers had stopped. */
async function committed({ a, groups }: FailoverStage): Promise<Commits> {
  const commits = new Map<string, ReadonlyMap<string, bigint>>();
  for (const { group } of [...groups, ...JAVA_GROUPS]) {
    const rows = await a.admin.groupOffsets(group);
    commits.set(group, new Map(rows.map((row) => [`${row.topic}-${row.partition}`, row.offset])));
  }
  return commits;
}

function commitsOf({ groups }: z.infer<typeof audited>['flows'][0]): Commits {
  const commits = new Map<string, Map<string, bigint>>();
  for (const { group, topic, partition, committed: at } of groups) {
    const of = commits.get(group) ?? new Map<string, bigint>();
    commits.set(group, of.set(`${topic}-${partition}`, at));
  }
  return commits;
}

/** Waits until the live groups have committed the ends of the target's logs. */
async function waitUntilRead({ b, groups }: FailoverStage): Promise<void> {
  await waitUntil(
    'the live groups to reach the ends of the logs',
    async () => {
      for (const { group } of groups) {
        const rows = await b.admin.groupOffsets(group);
        const ends = await b.admin.listOffsets(...new Set(rows.map(({ topic }) => topic)));
        const isBehind = (end: (typeof ends)[number]) => {
          const row = rows.find(({ topic, partition }) => topic === end.topic && partition === end.partition);
          return (row?.offset ?? 0n) < end.highWatermark;
        };
        if (rows.length === 0 || ends.some(isBehind)) return false;
      }
      return true;
    },
    { deadlineMs: 120_000, intervalMs: 500 },
  );
}

async function idsOnTarget({ b }: FailoverStage, names: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const { topic, partition } of await b.admin.listOffsets(...names)) {
    for (const id of (await readPartition(b.admin, topic, partition)).ids) ids.add(id);
  }
  return ids;
}

interface Place {
  readonly partition: string;
  readonly offset: bigint;
}

/** Where each record is on the source. */
async function placesOf({ a }: FailoverStage): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  for (const { topic, partition } of await a.admin.listOffsets(...MIRRORED)) {
    const { ids, offsets } = await readPartition(a.admin, topic, partition);
    for (const [i, id] of ids.entries()) {
      places.set(id, { partition: `${topic}-${partition}`, offset: BigInt(offsets[i] ?? 0) });
    }
  }
  return places;
}

async function plannedBounds(stage: FailoverStage, done: Failover): Promise<ReadonlyMap<string, bigint>> {
  const id = placed.parse(evidenceOf(done, 'restore-groups')).plan;
  const { stdout } = await stage.tidemark('restore', 'show', id);
  const { groups } = plan.parse(JSON.parse(stdout));
  return new Map(groups.map(({ group, steps }) => [group, steps.reduce((sum, one) => sum + one.rereadAtMost, 0n)]));
}

function evidenceOf({ entries }: Failover, step: string): unknown {
  const done = entries.findLast(({ event }) => event.kind === 'done' && event.step === step);
  if (done === undefined) throw new Error(`step ${step} has no evidence`);
  return done.event.evidence;
}

/** Planned: what the drain proved. Unplanned: what an audit says once the source answers again. */
async function lossSaid(stage: FailoverStage, done: Failover): Promise<bigint | null> {
  if (stage.scenario.mode === 'planned') return BigInt(drained.parse(evidenceOf(done, 'drain')).missing);
  const { loss } = await audit(stage);
  return loss.kind === 'known' ? loss.records : null;
}

function timesOf({ groups }: FailoverStage, { approval, tookMs, entries }: Failover) {
  const from = Date.parse(approval?.at ?? '');
  const firsts = groups.flatMap(({ firstOnTarget }) => firstOnTarget ?? []);
  const firstRecordSeconds = firsts.length === 0 ? null : (Math.min(...firsts) - from) / 1000;
  return { firstRecordSeconds, tookSeconds: (tookMs ?? 0) / 1000, slowest: slowestOf(entries) };
}

/** The step that took longest, such as `stop-mirror 58.0 s`. */
function slowestOf(entries: Failover['entries']): string {
  const lengths = entries.flatMap(({ at, event }) => {
    const began = entries.findLast((one) => one.event.kind === 'began' && one.event.step === event.step);
    return event.kind !== 'done' || began === undefined ? [] : [{ step: event.step, ms: at - began.at }];
  });
  const [slowest] = lengths.toSorted((a, b) => b.ms - a.ms);
  return slowest === undefined ? 'none' : `${slowest.step} ${(slowest.ms / 1000).toFixed(1)} s`;
}
