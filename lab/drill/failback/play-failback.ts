import { join } from 'node:path';
import * as z from 'zod';
import { waitUntil } from '../../wait-until.ts';
import { countGroup } from '../failover/count-group.ts';
import type { GroupOutcome } from '../failover/failover-result.ts';
import { auditedCommits, commitsOn, knownCommits } from '../failover/group-commits.ts';
import { bounds, carryOut, type Done, drained, evidenceOf, leadAway } from './carry-out.ts';
import { countLogs } from './count-logs.ts';
import type { FailbackResult } from './failback-result.ts';
import type { FailbackStage, Phase } from './failback-stage.ts';
import { beginOnA, drain, JAVA_GROUPS, killSource, LOAD, logsOf, type Read, waitUntilRead, written } from './load.ts';
import { runByMachine } from './run-by-machine.ts';
import { doHarm, type Sabotage } from './sabotage.ts';
import { undoByMachine } from './undo-by-machine.ts';

/** Plays a failover and its failback under load with real clients, and the first direction again. */
export async function playFailback(stage: FailbackStage, sabotage: Sabotage | null): Promise<FailbackResult> {
  const { a, b, producers } = stage;
  const read: Record<Phase, Read> = { before: new Map(), away: new Map(), after: new Map() };
  await beginOnA(stage, read.before);
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
  await written(stage, 'after', LOAD.after);
  await producers.after.stop();
  await waitUntilRead(stage);
  await stage.stopGroups();
  if (sabotage !== null) await doHarm(sabotage, stage, JAVA_GROUPS[0]?.group ?? '');
  for (const one of JAVA_GROUPS) await drain(stage, 'A', one, read.after);
  await waitUntilForward(stage);

  for (const { group, in: phases } of stage.groups) {
    read.before.set(group, phases.before.processed.source);
    read.away.set(group, phases.away.processed.target);
    read.after.set(group, phases.after.processed.source);
  }
  const [onA, onB] = [await logsOf(stage, 'A'), await logsOf(stage, 'B')];
  const all = new Set(Object.values(producers).flatMap(({ acknowledged }) => acknowledged));
  const [boundsAway, boundsBack] = [await bounds(stage, failedOver), await bounds(stage, ledBack)];
  const idsOnA = new Set([...onA.ids.values()].flat());
  const outcomes = (phase: 'away' | 'after'): GroupOutcome[] =>
    [...read.before.keys()].map((group) => {
      const before = [...(read.before.get(group) ?? []), ...(phase === 'after' ? (read.away.get(group) ?? []) : [])];
      const commits = (phase === 'away' ? commitsBefore : commitsAway).get(group) ?? new Map();
      const own = { commits, known: phase === 'away' ? known?.get(group) : undefined };
      const planned = (phase === 'away' ? boundsAway : boundsBack).get(group) ?? 0n;
      // What was replayed comes a second time to a group that had read it before the source died.
      const after = (read[phase].get(group) ?? []).filter((id) => phase === 'after' || !replayed.has(id));
      const reading = { group, before, after, planned, ...own };
      return countGroup(reading, idsOnA, phase === 'away' ? onA.places : onB.places);
    });
  return {
    name: stage.scenario.name,
    last: 'A',
    logs: { A: countLogs(onA.ids, all, true), B: countLogs(onB.ids, all, stage.scenario.mode === 'planned') },
    written: Object.values(producers).map(({ acknowledged }) => acknowledged.length),
    away: outcomes('away'),
    back: outcomes('after'),
    missing: drained.parse(evidenceOf(ledBack, 'drain')).missing,
    tookSeconds: { failover: (failedOver.tookMs ?? 0) / 1000, last: (ledBack.tookMs ?? 0) / 1000 },
  };
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

async function leadBack(stage: FailbackStage): Promise<Done> {
  const { machines } = stage;
  if (machines !== null) {
    const input = { flow: 'B->A', mode: 'failback' };
    await undoByMachine(stage, 'away', 'failback', input);
    return await runByMachine(machines, 'failback', input);
  }
  return await carryOut(stage, 'failback', (await stage.tidemark('failback', 'assess')).stdout);
}

/** Waits until the first direction has brought to B what was written on A since the failback, and is quiet. */
async function waitUntilForward(stage: FailbackStage): Promise<void> {
  const wanted = stage.producers.after.acknowledged;
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
