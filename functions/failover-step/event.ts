import * as z from 'zod';
import { FAILOVER_TASKS, MACHINES } from '../../shared/contract/failover-machine.ts';
import { GATE_CODES } from '../../shared/domain/failover/gates.ts';
import { ALL_STEP_NAMES, FAILOVER_MODES, RUN_MODES, type StepName } from '../../shared/domain/failover/step-name.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

const name = z.string().trim().min(1).max(500);
/** Ids of runs become part of keys. */
const runId = z.string().regex(/^[\w-]{1,100}$/, 'must be the id of a run');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const mode = z.enum(RUN_MODES);
const step = z.enum(ALL_STEP_NAMES as [StepName, ...StepName[]]);

const choices = {
  groups: z.array(name).min(1).default(['*']),
  accept: z.array(z.enum(GATE_CODES)).default([]),
  overrideLock: z.boolean().default(false),
};

/** What starts an execution: a new failover or failback, or a run that is continued under its id. */
const start = z.union([
  z.strictObject({ flow: name, mode: z.enum(FAILOVER_MODES), by: name, ...choices }),
  z.strictObject({
    /** The one that leads back. */
    flow: name,
    mode: z.literal('failback'),
    by: name,
    /** The failover to take back; if absent, the newest one that led clients away. */
    failover: runId.optional(),
    ...choices,
  }),
  z.strictObject({ flow: name, runId, by: name, overrideLock: z.boolean().default(false) }),
]);

/** Where an execution is known: its id makes the id of a new run, so that the task can be repeated. */
const execution = z.object({ id: z.string().min(1), startedAt: z.iso.datetime({ offset: true }) });

const run = { flow: name, runId, by: name };
const task = z.discriminatedUnion('task', [
  z.strictObject({ task: z.literal(FAILOVER_TASKS.takeFlow), machine: z.enum(MACHINES), start, execution }),
  z.strictObject({
    task: z.literal(FAILOVER_TASKS.assess),
    ...run,
    mode,
    groups: z.array(name).min(1),
    accept: z.array(z.enum(GATE_CODES)),
    /** Of a failback: what it takes back; null: the newest failover that led clients away. */
    failover: runId.nullable().default(null),
  }),
  z.strictObject({ task: z.literal(FAILOVER_TASKS.askApproval), ...run, hash, token: z.string().min(1) }),
  z.strictObject({ task: z.literal(FAILOVER_TASKS.approve), ...run, answer: z.strictObject({ hash, by: name }) }),
  z.strictObject({ task: z.literal(FAILOVER_TASKS.carryOut), ...run, mode, step }),
  z.strictObject({ task: z.literal(FAILOVER_TASKS.complete), ...run }),
  z.strictObject({ task: z.literal(FAILOVER_TASKS.undo), ...run, mode, step }),
  z.strictObject({ task: z.literal(FAILOVER_TASKS.completeUndo), ...run }),
  z.strictObject({
    task: z.literal(FAILOVER_TASKS.giveFlowBack),
    flow: name,
    runId,
    // A failure may come without a cause. An interpreter then leaves it out, or says null.
    error: z.object({ Error: z.string(), Cause: z.string().nullish() }),
  }),
]);

export type FailoverTask = z.infer<typeof task>;
export type TaskOf<K extends FailoverTask['task']> = Extract<FailoverTask, { task: K }>;

/** @throws InvalidInputError */
export function parseFailoverTask(event: unknown): FailoverTask {
  const parsed = task.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('event', parsed.error);
  return parsed.data;
}
