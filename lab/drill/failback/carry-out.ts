import * as z from 'zod';
import { waitUntil } from '../../wait-until.ts';
import { isRunAgain } from '../failover/run-again.ts';
import type { FailbackStage } from './failback-stage.ts';
import { runByMachine } from './run-by-machine.ts';
import { undoByMachine } from './undo-by-machine.ts';

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
export type Printed = z.infer<typeof printed>;
export type Done = Pick<Printed, 'run' | 'tookMs'> & { readonly entries: readonly Printed['entries'][number][] };
export const drained = z.object({ missing: offset });
const placed = z.object({ plan: z.string() });
const plan = z.object({
  groups: z.array(z.object({ group: z.string(), steps: z.array(z.object({ rereadAtMost: offset })) })),
});

/** What the command line prints of a run. */
export function assessed(stdout: string): Printed {
  return printed.parse(JSON.parse(stdout));
}

/** Fails A over to B. */
export async function leadAway(stage: FailbackStage): Promise<Done> {
  const { machines, scenario } = stage;
  if (machines !== null) {
    const input = { flow: 'A->B', mode: scenario.mode };
    await undoByMachine(stage, 'before', 'failover', input);
    return await runByMachine(machines, 'failover', input);
  }
  const { stdout } = await stage.tidemark('failover', 'assess', `--${scenario.mode}`, '--flow', 'A->B');
  return await carryOut(stage, 'failover', stdout);
}

/** Approves an assessment by the printed hash, and runs it. */
export async function carryOut(stage: FailbackStage, verb: 'failover' | 'failback', stdout: string): Promise<Printed> {
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

/** The most re-reads of the plan of a run, by group. */
export async function bounds(stage: FailbackStage, run: Done): Promise<ReadonlyMap<string, bigint>> {
  const { stdout } = await stage.tidemark('restore', 'show', placed.parse(evidenceOf(run, 'restore-groups')).plan);
  const { groups } = plan.parse(JSON.parse(stdout));
  return new Map(groups.map(({ group, steps }) => [group, steps.reduce((total, one) => total + one.rereadAtMost, 0n)]));
}

export function evidenceOf({ entries }: Done, step: string): unknown {
  return entries.findLast(({ event }) => event.kind === 'done' && event.step === step)?.event.evidence;
}
