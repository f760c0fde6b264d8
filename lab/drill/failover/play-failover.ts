import * as z from 'zod';
import { readPartition } from '../../partition-records.ts';
import { waitUntil } from '../../wait-until.ts';
import { countGroup, countLostRecords, type Place } from './count-group.ts';
import type { ClientResult, RunResult } from './failover-result.ts';
import type { FailoverScenario, FailoverStage } from './failover-stage.ts';
import { TOPICS } from './failover-stage.ts';
import { auditedCommits, type Commits, commitsOn, knownCommits } from './group-commits.ts';
import { isRunAgain } from './run-again.ts';
import { doHarm, type Sabotage } from './sabotage.ts';
import { assessedAgainSeconds, longTimesOf } from './step-times.ts';

const offset = z.string().transform(BigInt);
const audited = z.object({
  flows: z.tuple([
    z.object({
      loss: z.union([
        z.object({ kind: z.literal('known'), records: offset }),
        z.object({ kind: z.literal('unknown') }),
      ]),
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

/** A group without consumers; `position` is where it was put, by `topic-partition`, if nobody reads for it. */
interface RestingGroup {
  readonly group: string;
  readonly protocol: 'classic' | 'consumer';
  readonly position?: Map<string, bigint>;
}

const FEW = 8;
const ROUNDS = 4;
const AT_ONCE = 4;
const MOST_AGAIN = 10;
const MOST_ASSESSED_AGAIN = 3;
const MIRRORED = Object.keys(TOPICS);
/** Records that the application has written before the failover begins. */
const LOAD = 3_000;
/** Records that it writes after MirrorMaker was paused, before the source is killed. */
const LOST = 300;

/** Plays a failover under load with real clients, and counts record by record. */
export async function playFailover(stage: FailoverStage, harm: readonly Sabotage[]): Promise<RunResult> {
  const { b, scenario } = stage;
  const before = new Map<string, readonly string[]>();
  const resting = restingOf(scenario);
  await stage.startClients();
  const last = await readForAWhile(stage, resting, before);
  if (scenario.mode === 'unplanned') {
    await written(stage, stage.producer.acknowledged.length + LOST);
    // What is written from now on is lost with the source.
    stage.pauseMirror();
    await written(stage, stage.producer.acknowledged.length + LOST);
    await stage.loseSource();
    stage.resumeMirror();
    await stage.producer.stop();
  }
  const done = await failOver(stage, resting);
  for (const { group, processed } of stage.clients) before.set(group, [...processed.source]);
  const names = [...stage.clients, ...resting].map(({ group }) => group);
  const isPlanned = scenario.mode === 'planned';
  const known = isPlanned ? null : await knownCommits(last, 'A', b);
  // When their positions were read, their consumers had stopped.
  const commits = isPlanned ? await commitsOn(stage.a, names) : null;

  await waitUntilThere(stage);
  await stage.stopWriting();
  await waitUntilRead(stage);
  await stage.stopReading();
  for (const [i, one] of harm.entries()) await doHarm(one, stage, resting[i]?.group ?? '');
  const after = new Map<string, readonly string[]>();
  for (const { group, processed } of stage.clients) after.set(group, processed.target);
  const topics = [...new Set(MIRRORED.flatMap((topic) => [stage.onTarget(topic), topic]))];
  await eachOf(resting, async ({ group, protocol }) => {
    const read = await b.admin.drainGroup(group, topics, protocol);
    after.set(
      group,
      read.map(({ id }) => id),
    );
  });

  if (!isPlanned) await stage.bringSourceBack();
  const committed = commits ?? (await commitsOn(stage.a, names));
  const onTarget = await idsOnTarget(stage, topics);
  const targetIds = new Set(onTarget);
  const { all: onSource, places: where } = await placesOf(stage);
  for (const { group, position } of resting) {
    if (position !== undefined) before.set(group, idsBefore(position, where));
  }
  const bounds = await plannedBounds(stage, done);
  return {
    name: scenario.name,
    groups: [...before].map(([group, ids]) => {
      const reading = { group, before: ids, after: after.get(group) ?? [], planned: bounds.get(group) ?? 0n };
      const own = { commits: committed.get(group) ?? new Map(), known: known?.get(group) };
      return countGroup({ ...reading, ...own }, targetIds, where);
    }),
    lossSaid: await lossSaid(stage, done),
    lossCounted: countLostRecords(onSource, onTarget),
    twiceOnSource: onSource.length - where.size,
    ...timesOf(stage, done),
  };
}

/** Groups that read from time to time with Java consumers of both protocols, or many that have a position alone. */
function restingOf({ restingGroups }: FailoverScenario): readonly RestingGroup[] {
  return Array.from({ length: restingGroups }, (_, i) => ({
    group: restingGroups === FEW ? `java-${i}` : `group-${i}`,
    protocol: i % 2 === 0 ? ('classic' as const) : ('consumer' as const),
    ...(restingGroups === FEW ? {} : { position: new Map<string, bigint>() }),
  }));
}

/** The load, with groups that move on and audits in between. Returns the commits that the last audit has read. */
async function readForAWhile(
  stage: FailoverStage,
  resting: readonly RestingGroup[],
  before: Map<string, readonly string[]>,
): Promise<Commits> {
  const { admin } = stage.a;
  for (let round = 0; round < ROUNDS; round++) {
    await written(stage, ((round + 1) * LOAD) / ROUNDS);
    const turn = resting.filter((_, i) => i % ROUNDS === round);
    const ends = await admin.listOffsets(...MIRRORED);
    await eachOf(turn, async ({ group, protocol, position }, i) => {
      if (position === undefined) {
        const read = await admin.drainGroup(group, MIRRORED, protocol);
        before.set(
          group,
          read.map(({ id }) => id),
        );
        return;
      }
      for (const { topic, partition, highWatermark } of ends) {
        const at = (highWatermark * BigInt(i + 1)) / BigInt(turn.length);
        position.set(`${topic}-${partition}`, at);
        await admin.commitOffsets(group, topic, { [partition]: at });
      }
    });
    await audit(stage);
  }
  // The live groups have committed since, and MirrorMaker has placed what it knows of them.
  return auditedCommits((await audit(stage)).stdout);
}

/** Some at once: each takes seconds, and the machine has few cores. */
async function eachOf<T>(all: readonly T[], work: (one: T, index: number) => Promise<void>): Promise<void> {
  const left = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The records of the source before a position. */
function idsBefore(position: ReadonlyMap<string, bigint>, where: ReadonlyMap<string, Place>): readonly string[] {
  return [...where].flatMap(([id, { partition, offset }]) => (offset < (position.get(partition) ?? 0n) ? [id] : []));
}

async function written(stage: FailoverStage, records: number): Promise<void> {
  const enough = () => stage.producer.acknowledged.length >= records;
  await waitUntil(`${records} records to be written`, enough, {
    deadlineMs: 180_000,
    explain: () => `${stage.producer.acknowledged.length} were, ${stage.producer.failed} failed`,
  });
}

type Audited = z.infer<typeof audited>['flows'][0];

async function audit(stage: FailoverStage): Promise<{ readonly flow: Audited; readonly stdout: string }> {
  const { code, stdout } = await stage.tidemark('audit');
  if (code > 1) throw new Error(`tidemark audit ended with ${code}`);
  const [flow] = audited.parse(JSON.parse(stdout)).flows;
  if (flow.findings.some(({ code: one }) => one === 'HISTORY_NOT_RECORDED'))
    throw new Error('an audit was not recorded');
  return { flow, stdout };
}

/** Assesses and runs; again, as a person does, if the world has changed in between: one broker less knows fewer groups. */
async function failOver(stage: FailoverStage, resting: readonly RestingGroup[]): Promise<Failover> {
  let done = await assessAndRun(stage, resting);
  for (let again = 0; again < MOST_ASSESSED_AGAIN && hasWorldChanged(done); again++) {
    done = await assessAndRun(stage, resting);
  }
  if (done.phase === 'completed') return done;
  throw new Error(`the failover stopped: ${done.faults.map(({ code, reason }) => `${code}: ${reason}`).join('; ')}`);
}

function hasWorldChanged({ faults }: Failover): boolean {
  return faults.length > 0 && faults.every(({ code }) => code === 'WORLD_CHANGED');
}

/** Assesses, approves by the printed hash, and runs, with the command line. */
async function assessAndRun(stage: FailoverStage, resting: readonly RestingGroup[]): Promise<Failover> {
  const { mode, fault } = stage.scenario;
  // What the last broker still holds is given up: a person has to accept that.
  const accepted = fault === 'one-broker-left' ? ['--accept', 'SOURCE_ALIVE'] : [];
  const assessed = await stage.tidemark('failover', 'assess', `--${mode}`, ...accepted);
  const { run, hash, refused, groups } = failover.parse(JSON.parse(assessed.stdout));
  if (refused.length > 0) throw new Error(`the failover was refused: ${assessed.stdout.slice(0, 3_000)}`);
  const missing = [...stage.clients, ...resting].filter(({ group }) => !groups.includes(group));
  if (missing.length > 0) throw new Error(`not assessed: ${missing.map(({ group }) => group).join(', ')}`);
  const carryOut = async (...more: readonly string[]) =>
    failover.parse(JSON.parse((await stage.tidemark('failover', 'run', run, ...more)).stdout));
  let done = await carryOut('--approve', hash);
  for (let again = 0; again < MOST_AGAIN && isRunAgain(done.faults); again++) done = await carryOut();
  return done;
}

/**
 * Waits until each client has had a record on the target: those that lead themselves there may arrive after the run. Where
 * nobody writes there, a client that had processed everything has none.
 */
async function waitUntilThere({ clients, mover, movesItself, scenario }: FailoverStage): Promise<void> {
  const writes = scenario.mode === 'planned' || (movesItself && mover.writes);
  const coming = clients.filter(({ kind }) => writes || kind.startsWith('kafkajs'));
  await waitUntil(
    'all clients to be on the target',
    () => coming.every(({ processed }) => processed.firstOnTarget !== null),
    {
      deadlineMs: 240_000,
      explain: () =>
        coming.map(({ group, processed }) => `${group}: ${processed.target.length} records`).join('; ') +
        `\n${mover.died.join('; ')}\n${mover.tail()}`,
    },
  );
}

/** Waits until the live groups have committed the ends of the target's logs. */
async function waitUntilRead({ b, clients }: FailoverStage): Promise<void> {
  await waitUntil(
    'the live groups to reach the ends of the logs',
    async () => {
      for (const { group } of clients) {
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

async function idsOnTarget({ b }: FailoverStage, names: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const { topic, partition } of await b.admin.listOffsets(...names)) {
    for (const id of (await readPartition(b.admin, topic, partition)).ids) ids.push(id);
  }
  return ids;
}

/** All records of the source, and where each is. */
async function placesOf({
  a,
}: FailoverStage): Promise<{ readonly all: readonly string[]; readonly places: ReadonlyMap<string, Place> }> {
  const places = new Map<string, Place>();
  const all: string[] = [];
  for (const { topic, partition } of await a.admin.listOffsets(...MIRRORED)) {
    const { ids, offsets } = await readPartition(a.admin, topic, partition);
    for (const [i, id] of ids.entries()) {
      if (id === '') continue;
      all.push(id);
      places.set(id, { partition: `${topic}-${partition}`, offset: BigInt(offsets[i] ?? 0) });
    }
  }
  return { all, places };
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
  const { loss } = (await audit(stage)).flow;
  return loss.kind === 'known' ? loss.records : null;
}

function timesOf({ clients, mover, nativeProducer, movesItself }: FailoverStage, run: Failover) {
  const { approval, tookMs, entries } = run;
  const from = Date.parse(approval?.at ?? '');
  const secondsTo = (at: number | null): number | null => (at === null ? null : (at - from) / 1000);
  const kinds = [...new Set(clients.map(({ kind }) => kind))];
  const readers = kinds.map((kind): ClientResult => {
    const firsts = clients.filter((one) => one.kind === kind).map(({ processed }) => processed.firstOnTarget);
    const slowest = firsts.reduce((a, b) => (a === null || b === null ? null : Math.max(a, b)), 0);
    return { kind, seconds: secondsTo(slowest) };
  });
  const java = movesItself ? 'Java producer, moves' : 'Java producer, restarted';
  const writers = [
    { kind: java, at: mover.firstAcknowledged },
    { kind: 'kafkajs producer, restarted', at: nativeProducer.firstAcknowledged },
  ].flatMap(({ kind, at }): ClientResult[] => (at === null ? [] : [{ kind, seconds: secondsTo(at) }]));
  return {
    clients: [...readers, ...writers],
    assessedAgainSeconds: assessedAgainSeconds(entries),
    tookSeconds: (tookMs ?? 0) / 1000,
    longSteps: longTimesOf(entries),
  };
}
