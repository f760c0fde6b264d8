import * as z from 'zod';
import { restored } from '../../../shared/failover/steps/restore-groups.ts';
import type { LabCluster } from '../../cluster.ts';
import { readPartition } from '../../partition-records.ts';
import { waitUntil } from '../../wait-until.ts';
import { countGroup, countLost, type Place } from '../failover/count-group.ts';
import type { GroupOutcome } from '../failover/failover-result.ts';
import { auditedCommits, type Commits, commitsOn, knownCommits } from '../failover/group-commits.ts';
import { type CarriedOut, carryOut, type Printed, printedBy, refusal } from './carry-out.ts';
import type { Fault, Round } from './fault.ts';
import type { FaultResult, RoundResult } from './faults-result.ts';
import { type FaultsStage, FORWARD, NAMES } from './faults-stage.ts';
import type { Side } from './roaming-clients.ts';
import type { Struck } from './strikes.ts';

/** Records that the application writes before a run, and on B before a failback. */
const LOAD = 400;
const READ_WITHIN_MS = 120_000;
const LATE_GROUP = 'late';

/** Fails over, or over and back, through the faults of a round, and counts what groups read. */
export async function playRound(stage: FaultsStage, round: Round): Promise<RoundResult> {
  const began = Date.now();
  const { clients } = stage;
  const { mode } = round;
  stage.writesOnB = mode === 'failback';
  await clients.leadTo('A', true);
  await clients.written(LOAD);
  const early = await beforeApproval(stage, round);
  const audited = mode === 'unplanned' ? await killSource(stage) : null;
  const over = mode === 'failback' ? { mode: 'planned' as const, faults: [] } : { mode, faults: atSteps(round) };
  const failedOver = await carryOut(stage, over, () => assess(stage, 'failover', `--${over.mode}`, '--flow', FORWARD));
  if (mode !== 'failback') {
    const known = audited === null ? null : await knownCommits(audited, 'A', stage.b);
    return await counted(stage, round, failedOver, { early, began, readOnA: new Map(), known });
  }
  const readOnA = new Map(clients.groups.map(({ group, processed }) => [group, processed.source.length]));

  await clients.written(LOAD);
  const ledBack = await carryOut(stage, { mode, faults: atSteps(round) }, () => assess(stage, 'failback'));
  if (ledBack.isCompleted) await clients.written(LOAD);
  return await counted(stage, round, ledBack, { early, began, readOnA, known: null });
}

function atSteps({ faults }: Round): readonly Fault[] {
  return faults.filter(({ strike }) => !EARLY.has(strike));
}

const EARLY: ReadonlySet<Fault['strike']> = new Set(['approver-silent', 'world-changed', 'fence-ends-reads']);

/** Faults after which a run does not begin, or is undone: a new one is assessed. */
async function beforeApproval(stage: FaultsStage, { faults }: Round): Promise<Struck[]> {
  const struck: Struck[] = [];
  for (const fault of faults.filter(({ strike }) => EARLY.has(strike))) {
    const state = await strikeEarly(stage, fault);
    struck.push({ fault, state, isNamed: true });
  }
  return struck;
}

async function strikeEarly(stage: FaultsStage, { strike }: Fault): Promise<string> {
  if (strike === 'fence-ends-reads') return await endReads(stage);
  const valid = strike === 'approver-silent' ? ['--valid-for', '1'] : [];
  const { run, hash, expiresAt } = await assess(stage, 'failover', '--planned', '--flow', FORWARD, ...valid);
  if (strike === 'approver-silent') {
    await waitUntil('the approval to expire', () => Date.now() > Date.parse(expiresAt));
    return await untouched(stage, run, hash);
  }
  await stage.a.admin.commitOffsets(LATE_GROUP, NAMES[0] ?? '', { 0: 1n });
  try {
    return await untouched(stage, run, hash);
  } finally {
    await stage.a.admin.deleteGroups(LATE_GROUP);
  }
}

/** A run that is refused has changed nothing. */
async function untouched(stage: FaultsStage, run: string, hash: string): Promise<string> {
  const refused = await refusal(stage, 'failover', 'run', run, '--approve', hash);
  const { record } = await stage.stored(run);
  if (record.approval !== null) throw new Error(`run ${run} was refused, and is approved`);
  return `${refused}, nothing was done`;
}

/** The configuration denies that brokers allow everything without ACLs: the fence ends reads, too. Undone, they read again. */
async function endReads(stage: FaultsStage): Promise<string> {
  stage.configure(false);
  try {
    const { run, hash } = await assess(stage, 'failover', '--planned', '--flow', FORWARD);
    const refused = await refusal(stage, 'failover', 'run', run, '--approve', hash);
    const undone = await stage.tidemark('failover', 'undo', run);
    if (undone.code !== 0) throw new Error(`the undo ended with ${undone.code}: ${undone.stderr.slice(-500)}`);
    return `step fence: ${refused}, undone`;
  } finally {
    stage.configure(true);
  }
}

async function assess(stage: FaultsStage, verb: 'failover' | 'failback', ...args: readonly string[]): Promise<Printed> {
  let printed: Printed | null = null;
  // A finding of an audit that struck a rebalance is gone in the next one.
  await waitUntil(
    `the ${verb} of all groups to be assessed without a gate`,
    async () => {
      printed = printedBy(await stage.tidemark(verb, 'assess', ...stage.accepted, ...args));
      const { refused, groups } = printed;
      return refused.length === 0 && stage.clients.groups.every(({ group }) => groups.includes(group));
    },
    { deadlineMs: 180_000, intervalMs: 1_000, explain: () => JSON.stringify([printed?.gates, printed?.groups]) },
  );
  if (printed === null) throw new Error('it was assessed');
  return printed;
}

/** What an audit has read of the source is all that a failover without it knows. Returns its commits. */
async function killSource(stage: FaultsStage): Promise<Commits> {
  await assess(stage, 'failover', '--planned', '--flow', FORWARD);
  const { stdout } = await stage.tidemark('audit', '--flow', FORWARD);
  for (const nodeId of stage.a.nodeIds) await stage.a.kill(nodeId);
  await stage.clients.stopProducer();
  return auditedCommits(stdout);
}

async function counted(
  stage: FaultsStage,
  round: Round,
  done: CarriedOut,
  {
    early,
    began,
    readOnA,
    known,
  }: {
    readonly early: readonly Struck[];
    readonly began: number;
    /** Of a failback: how many records each group had read on A before it. */
    readonly readOnA: ReadonlyMap<string, number>;
    /** Of a dead source: the newest commits that the run could know of. */
    readonly known: Commits | null;
  },
): Promise<RoundResult> {
  const { clients } = stage;
  const at: Side = round.mode === 'failback' ? 'A' : 'B';
  await clients.stopProducer();
  if (done.isCompleted) await waitUntilRead(stage, at);
  await clients.stop();
  if (done.isCompleted && at === 'A') await waitUntilForward(stage);
  // Its logs, and what groups had committed last, are there only.
  if (round.mode === 'unplanned') for (const nodeId of stage.a.nodeIds) await stage.a.restart(nodeId);
  const left = at === 'A' ? stage.b : stage.a;
  const here = await logsOf(at === 'A' ? stage.a : stage.b);
  const there = await logsOf(left);
  const ids = new Set(here.ids);
  // What a dead source had not mirrored is not lost by the run.
  const wanted = round.mode === 'unplanned' ? [] : new Set([...clients.acknowledged, ...there.ids]);
  const bounds = await boundsOf(stage, done.run);
  const commits = await commitsOn(
    left,
    clients.groups.map(({ group }) => group),
  );
  const groups = clients.groups.map(({ group, processed: { source, target } }): GroupOutcome => {
    const onA = readOnA.get(group) ?? source.length;
    const [before, after] = at === 'B' ? [source, target] : [[...source.slice(0, onA), ...target], source.slice(onA)];
    const own = {
      commits: commits.get(group) ?? new Map(),
      known: known?.get(group),
      planned: bounds.get(group) ?? 0n,
    };
    return countGroup({ group, before, after, ...own }, ids, there.places);
  });
  return {
    name: round.name,
    faults: [...early, ...done.struck].map((one) => resultOf(one, done)).concat(done.missed.map(missedFault)),
    remarks: done.remarks,
    missing: countLost(wanted, ids),
    // Of a failback both clusters have a mirror that could have begun too early.
    duplicated: twiceIn(here.ids) + (at === 'A' ? twiceIn(there.ids) : 0),
    groups,
    tookSeconds: (Date.now() - began) / 1000,
  };
}

function resultOf({ fault, state, isNamed }: Struck, { isCompleted }: CarriedOut): FaultResult {
  return { name: fault.name, state: isNamed ? state : null, isCompleted };
}

function missedFault({ name }: Fault): FaultResult {
  return { name, state: null, isCompleted: false };
}

/** Waits until the groups have committed the ends of the logs. */
async function waitUntilRead(stage: FaultsStage, at: Side): Promise<void> {
  const { admin } = at === 'A' ? stage.a : stage.b;
  await waitUntil(
    `the groups to reach the ends of the logs of ${at}`,
    async () => {
      const ends = await admin.listOffsets(...NAMES);
      for (const { group } of stage.clients.groups) {
        const rows = await admin.groupOffsets(group);
        const isBehind = (end: (typeof ends)[number]) =>
          (rows.find((row) => row.topic === end.topic && row.partition === end.partition)?.offset ?? 0n) <
          end.highWatermark;
        if (ends.some(isBehind)) return false;
      }
      return true;
    },
    { deadlineMs: READ_WITHIN_MS, intervalMs: 300 },
  );
}

/** Waits until the first direction has mirrored what was written on A since the failback. */
async function waitUntilForward({ b, clients }: FaultsStage): Promise<void> {
  let missing = 0;
  await waitUntil(
    'the first direction to mirror again',
    async () => {
      missing = countLost(clients.acknowledged, new Set((await logsOf(b)).ids));
      return missing === 0;
    },
    { deadlineMs: READ_WITHIN_MS, intervalMs: 2_000, explain: () => `${missing} records are missing` },
  );
}

function twiceIn(ids: readonly string[]): number {
  return ids.length - new Set(ids).size;
}

/** All ids of a cluster in the order of its logs, and where each is. */
async function logsOf({ admin }: LabCluster): Promise<{ ids: string[]; places: ReadonlyMap<string, Place> }> {
  const places = new Map<string, Place>();
  const all: string[] = [];
  for (const { topic, partition } of await admin.listOffsets(...NAMES)) {
    const { ids, offsets } = await readPartition(admin, topic, partition);
    for (const [i, id] of ids.entries()) {
      if (id === '') continue;
      all.push(id);
      places.set(id, { partition: `${topic}-${partition}`, offset: BigInt(offsets[i] ?? 0) });
    }
  }
  return { ids: all, places };
}

/** The most re-reads of each group, as the run recorded them with the positions that it wrote. */
async function boundsOf(stage: FaultsStage, run: string): Promise<ReadonlyMap<string, bigint>> {
  const state = (await stage.stored(run)).record.steps.get('restore-groups');
  const { written } = state?.kind === 'done' ? restored.parse(state.evidence) : { written: [] };
  const bounds = new Map<string, bigint>();
  for (const { group, rereadAtMost } of z
    .array(z.object({ group: z.string(), rereadAtMost: z.string() }))
    .parse(written)) {
    bounds.set(group, (bounds.get(group) ?? 0n) + BigInt(rereadAtMost));
  }
  return bounds;
}
