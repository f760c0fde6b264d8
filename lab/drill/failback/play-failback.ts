import { join } from 'node:path';
import * as z from 'zod';
import { readPartition } from '../../partition-records.ts';
import { waitUntil } from '../../wait-until.ts';
import { countGroup, type Place } from '../failover/count-group.ts';
import type { GroupOutcome } from '../failover/failover-result.ts';
import { auditedCommits, commitsOn, knownCommits } from '../failover/group-commits.ts';
import { isRunAgain } from '../failover/run-again.ts';
import { countLogs, type Logs } from './count-logs.ts';
import type { FailbackResult } from './failback-result.ts';
import type { FailbackStage, Phase } from './failback-stage.ts';
import { runByMachine } from './run-by-machine.ts';
import { doHarm, type Sabotage } from './sabotage.ts';

const offset = z.string().transform(BigInt);
const printed = z.object({
  run: z.string(),
  hash: z.string(),
  phase: z.string(),
  refused: z.array(z.string()),
  tookMs: z.number().nullable(),
  faults: z.array(z.object({ code: z.string(), reason: z.string() })),
  gates: z.array(z.object({ code: z.string(), reason: z.string() })),
  entries: z.array(
    z.object({ event: z.object({ kind: z.string(), step: z.string().optional(), evidence: z.unknown().optional() }) }),
  ),
});
type Printed = z.infer<typeof printed>;
type Done = Pick<Printed, 'tookMs'> & { readonly entries: readonly Printed['entries'][number][] };
const drained = z.object({ missing: offset });
const placed = z.object({ plan: z.string() });
const plan = z.object({
  groups: z.array(z.object({ group: z.string(), steps: z.array(z.object({ rereadAtMost: offset })) })),
});

/**
 * Groups that read from time to time, with Java consumers of both protocols. Some of them read nothing on the target. One of
 * the others reads there again once lost records were replayed: a failback then need not give it anything twice.
 */
const JAVA_GROUPS = Array.from({ length: 6 }, (_, i) => ({
  group: `java-${i}`,
  protocol: i % 2 === 0 ? ('classic' as const) : ('consumer' as const),
  readsAway: i >= 3,
  readsReplayed: i === 5,
}));
/** Records that it writes before MirrorMaker is paused, and after it, until the source is killed. */
const LOST = 200;
/** Records that the application writes in each phase before something happens. */
const LOAD: Readonly<Record<Phase, number>> = { before: 1_800, away: 900, back: 600 };

type Read = Map<string, readonly string[]>;

/** Plays a failover and its failback under load with real clients, and the first direction again. */
export async function playFailback(stage: FailbackStage, sabotage: Sabotage | null): Promise<FailbackResult> {
  const { a, b, producers } = stage;
  const read: Record<Phase, Read> = { before: new Map(), away: new Map(), back: new Map() };
  await stage.begin();
  for (const [i, one] of JAVA_GROUPS.entries()) {
    await written(stage, 'before', ((i + 1) * LOAD.before) / JAVA_GROUPS.length);
    await drain(stage, 'A', one, read.before);
    await stage.tidemark('audit');
  }
  const isPlanned = stage.scenario.mode === 'planned';
  const names = [...stage.groups, ...JAVA_GROUPS].map(({ group }) => group);
  const audited = isPlanned ? null : auditedCommits((await stage.tidemark('audit')).stdout);
  if (!isPlanned) await killSource(stage);
  const failedOver = await leadAway(stage);
  const known = audited === null ? null : await knownCommits(audited, 'A', b);
  let commitsBefore = isPlanned ? await commitsOn(a, names) : null;
  await written(stage, 'away', LOAD.away / 2);
  for (const one of JAVA_GROUPS.filter(({ readsAway }) => readsAway)) await drain(stage, 'B', one, read.away);
  if (!isPlanned) for (const nodeId of a.nodeIds) await a.restart(nodeId);
  // Nobody reads there now: these are what the groups had committed last.
  commitsBefore ??= await commitsOn(a, names);
  // With the default policy groups read on A what never crossed, and the first direction brings it to B in the end.
  const isReconciled = !isPlanned && stage.scenario.policy === 'identity';
  const replayed = isReconciled ? await reconcile(stage) : new Set<string>();
  if (isReconciled)
    for (const one of JAVA_GROUPS.filter(({ readsReplayed }) => readsReplayed)) await drain(stage, 'B', one, read.away);
  await written(stage, 'away', producers.away.acknowledged.length + LOAD.away / 2);
  await stage.tidemark('audit');

  const ledBack = await leadBack(stage);
  const commitsAway = await commitsOn(b, names);
  await written(stage, 'back', LOAD.back);
  await producers.back.stop();
  await waitUntilRead(stage);
  await stage.stopGroups();
  if (sabotage !== null) await doHarm(sabotage, stage, JAVA_GROUPS[0]?.group ?? '');
  for (const one of JAVA_GROUPS) await drain(stage, 'A', one, read.back);
  await waitUntilForward(stage);

  for (const { group, in: phases } of stage.groups) {
    read.before.set(group, phases.before.processed.source);
    read.away.set(group, phases.away.processed.target);
    read.back.set(group, phases.back.processed.source);
  }
  const [onA, onB] = [await logsOf(stage, 'A'), await logsOf(stage, 'B')];
  const all = new Set(Object.values(producers).flatMap(({ acknowledged }) => acknowledged));
  const [boundsAway, boundsBack] = [await bounds(stage, failedOver), await bounds(stage, ledBack)];
  const idsOnA = new Set([...onA.ids.values()].flat());
  const outcomes = (phase: 'away' | 'back'): GroupOutcome[] =>
    [...read.before.keys()].map((group) => {
      const before = [...(read.before.get(group) ?? []), ...(phase === 'back' ? (read.away.get(group) ?? []) : [])];
      const commits = (phase === 'away' ? commitsBefore : commitsAway).get(group) ?? new Map();
      const own = { commits, known: phase === 'away' ? known?.get(group) : undefined };
      const planned = (phase === 'away' ? boundsAway : boundsBack).get(group) ?? 0n;
      // What was replayed comes a second time to a group that had read it before the source died.
      const after = (read[phase].get(group) ?? []).filter((id) => phase === 'back' || !replayed.has(id));
      const reading = { group, before, after, planned, ...own };
      return countGroup(reading, idsOnA, phase === 'away' ? onA.places : onB.places);
    });
  return {
    name: stage.scenario.name,
    logs: { A: countLogs(onA.ids, all, true), B: countLogs(onB.ids, all, stage.scenario.mode === 'planned') },
    written: Object.values(producers).map(({ acknowledged }) => acknowledged.length),
    away: outcomes('away'),
    back: outcomes('back'),
    missing: drained.parse(evidenceOf(ledBack, 'drain')).missing,
    tookSeconds: { failover: (failedOver.tookMs ?? 0) / 1000, failback: (ledBack.tookMs ?? 0) / 1000 },
  };
}

/** Kills A while the application writes. What it wrote last was not mirrored. */
async function killSource({ a, connect, producers }: FailbackStage): Promise<void> {
  const enough = async (): Promise<void> => {
    const records = producers.before.acknowledged.length + LOST;
    await waitUntil('records to be written', () => producers.before.acknowledged.length >= records, {
      deadlineMs: 60_000,
    });
  };
  await enough();
  connect.pause();
  await enough();
  for (const nodeId of a.nodeIds) await a.kill(nodeId);
  connect.resume();
  await producers.before.stop();
}

/** Replays to B what had never crossed. Returns the ids of it. */
async function reconcile(stage: FailbackStage): Promise<ReadonlySet<string>> {
  const file = join(stage.lab.folder, 'replay.json');
  const replay = async (...args: readonly string[]) =>
    await stage.tidemark('reconcile', 'replay', '--flow', 'A->B', '--plan', file, ...args);
  const [onA, onB] = [await logsOf(stage, 'A'), await logsOf(stage, 'B')];
  const there = new Set([...onB.ids.values()].flat());
  const { hash } = z.object({ hash: z.string() }).parse(JSON.parse((await replay()).stdout));
  const { code, stdout } = await replay('--approve', hash);
  if (code !== 0) throw new Error(`the replay ended with ${code}: ${stdout.slice(0, 2_000)}`);
  return new Set([...onA.ids.values()].flat().filter((id) => !there.has(id)));
}

async function leadAway(stage: FailbackStage): Promise<Done> {
  const { machines, scenario } = stage;
  if (machines !== null) return await runByMachine(machines, 'failover', { flow: 'A->B', mode: scenario.mode });
  const { stdout } = await stage.tidemark('failover', 'assess', `--${scenario.mode}`, '--flow', 'A->B');
  return await carryOut(stage, 'failover', stdout);
}

async function leadBack(stage: FailbackStage): Promise<Done> {
  const { machines } = stage;
  if (machines !== null) return await runByMachine(machines, 'failback', { flow: 'B->A', mode: 'failback' });
  return await carryOut(stage, 'failback', (await stage.tidemark('failback', 'assess')).stdout);
}

async function drain(
  stage: FailbackStage,
  on: 'A' | 'B',
  { group, protocol }: (typeof JAVA_GROUPS)[number],
  into: Read,
): Promise<void> {
  const { admin } = on === 'A' ? stage.a : stage.b;
  const ids = (await admin.drainGroup(group, stage.readOn(on), protocol)).map(({ id }) => id);
  into.set(group, [...(into.get(group) ?? []), ...ids]);
}

async function written({ producers }: FailbackStage, phase: Phase, records: number): Promise<void> {
  const producer = producers[phase];
  await waitUntil(`${records} records of phase ${phase} to be written`, () => producer.acknowledged.length >= records, {
    deadlineMs: 180_000,
    explain: () => `${producer.acknowledged.length} were, ${producer.failed} failed`,
  });
}

/** Approves an assessment by the printed hash, and runs it. */
async function carryOut(stage: FailbackStage, verb: 'failover' | 'failback', stdout: string): Promise<Printed> {
  const { run, hash, refused, gates } = printed.parse(JSON.parse(stdout));
  if (refused.length > 0) throw new Error(`the ${verb} was refused: ${gates.map(({ reason }) => reason).join('; ')}`);
  let done = await runOnce(stage, verb, run, '--approve', hash);
  await waitUntil(
    `the ${verb} to be completed`,
    async () => {
      const isLate = isRunAgain(done.faults);
      if (isLate) done = await runOnce(stage, verb, run);
      return !isLate || done.phase === 'completed';
    },
    { deadlineMs: 240_000, intervalMs: 2_000, explain: () => JSON.stringify(done.faults) },
  );
  if (done.phase === 'completed') return done;
  throw new Error(`the ${verb} stopped: ${done.faults.map(({ code, reason }) => `${code}: ${reason}`).join('; ')}`);
}

async function runOnce(stage: FailbackStage, verb: string, ...args: readonly string[]): Promise<Printed> {
  return printed.parse(JSON.parse((await stage.tidemark(verb, 'run', ...args)).stdout));
}

/** Waits until the live groups have committed the ends of A's logs. */
async function waitUntilRead(stage: FailbackStage): Promise<void> {
  await waitUntil(
    'the live groups to reach the ends of the logs',
    async () => {
      const { a, groups } = stage;
      const ends = await a.admin.listOffsets(...stage.readOn('A'));
      for (const { group } of groups) {
        const rows = await a.admin.groupOffsets(group);
        const isBehind = (end: (typeof ends)[number]) =>
          (rows.find((row) => row.topic === end.topic && row.partition === end.partition)?.offset ?? 0n) <
          end.highWatermark;
        if (ends.some(isBehind)) return false;
      }
      return true;
    },
    { deadlineMs: 120_000, intervalMs: 500 },
  );
}

/** Waits until the first direction has brought to B what was written on A since the failback, and is quiet. */
async function waitUntilForward(stage: FailbackStage): Promise<void> {
  const wanted = stage.producers.back.acknowledged;
  let missing = wanted.length;
  let before = '';
  await waitUntil(
    'the first direction to mirror again',
    async () => {
      const { ids } = await logsOf(stage, 'B');
      const there = new Set([...ids.values()].flat());
      missing = wanted.filter((id) => !there.has(id)).length;
      const now = [...ids.values()].map((all) => all.length).join();
      const isQuiet = now === before;
      before = now;
      return missing === 0 && isQuiet;
    },
    { deadlineMs: 120_000, intervalMs: 3_000, explain: () => `${missing} of ${wanted.length} are missing` },
  );
}

async function logsOf(stage: FailbackStage, on: 'A' | 'B'): Promise<{ ids: Logs; places: ReadonlyMap<string, Place> }> {
  const { admin } = on === 'A' ? stage.a : stage.b;
  const logs = new Map<string, readonly string[]>();
  const places = new Map<string, Place>();
  for (const { topic, partition } of await admin.listOffsets(...stage.readOn(on))) {
    const { ids, offsets } = await readPartition(admin, topic, partition);
    const name = `${topic}-${partition}`;
    logs.set(name, ids);
    for (const [i, id] of ids.entries()) places.set(id, { partition: name, offset: BigInt(offsets[i] ?? 0) });
  }
  return { ids: logs, places };
}

async function bounds(stage: FailbackStage, run: Done): Promise<ReadonlyMap<string, bigint>> {
  const { stdout } = await stage.tidemark('restore', 'show', placed.parse(evidenceOf(run, 'restore-groups')).plan);
  const { groups } = plan.parse(JSON.parse(stdout));
  return new Map(groups.map(({ group, steps }) => [group, steps.reduce((total, one) => total + one.rereadAtMost, 0n)]));
}

function evidenceOf({ entries }: Done, step: string): unknown {
  return entries.findLast(({ event }) => event.kind === 'done' && event.step === step)?.event.evidence;
}
