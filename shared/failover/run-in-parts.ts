import type { RunRecord } from '../domain/failover/run-record.ts';
import type { StepName } from '../domain/failover/step-name.ts';
import type { Clock } from '../ports.ts';
import { type AssessRequest, assessFailover, beginRun } from './assess-failover.ts';
import { FailoverRefusedError } from './failover-errors.ts';
import { type StoredRun, storedRun } from './run-entry-schema.ts';
import {
  approve,
  type CarryOutRequest,
  carryOut,
  type Failure,
  type RunRequest,
  requireApprovable,
  requireOpen,
  stateOf,
} from './run-failover.ts';
import { RunJournal } from './run-journal.ts';
import type { RunStore } from './run-store.ts';
import type { Step } from './step.ts';
import { stepsOf } from './steps/index.ts';
import { takeLock } from './take-lock.ts';
import { requireUndoable, undoStep } from './undo-failover.ts';

/*
 * A failover in parts, for processes that each do one part of it: the parts of `runFailover` and `undoFailover`, in the
 * same order. Every part can be called again, also after it was done.
 */

/**
 * Takes the flow for a run, so that no other begins while people look at it.
 * @throws FailoverRefusedError if another run has it
 */
export async function takeFlow(
  store: RunStore,
  request: {
    readonly flow: string;
    readonly run: string;
    readonly holder: string;
    readonly at: number;
    readonly override: boolean;
  },
): Promise<void> {
  const { lock } = await takeLock(store, request);
  await store.release(lock, true);
}

/** Gives the flow back if its run has changed nothing: it was refused, or nobody approved it. `reasons` are recorded. */
export async function giveFlowBack(
  store: RunStore,
  request: {
    readonly flow: string;
    readonly run: string;
    readonly reasons: readonly string[];
    readonly holder: string;
    readonly clock: Clock;
  },
): Promise<void> {
  const { flow, run, reasons, holder, clock } = request;
  const lock = await store.lockOf(flow);
  if (lock === null || lock.run !== run) return;
  const stored = storedRun(run, await store.read(run));
  if (stored === null) {
    const taken = await takeLock(store, { flow, run, holder, at: clock.now(), override: false });
    return await store.release(taken.lock, false);
  }
  if (stored.record.phase !== 'awaiting-approval') return;
  const journal = await RunJournal.open({ store, stored, clock, holder, override: false });
  try {
    if (reasons.length > 0) await journal.add({ kind: 'refused', reasons });
  } finally {
    await journal.close();
  }
}

/** Assesses for a run with a given id; if that is stored already, it stays as it is. */
export async function assessRun(
  store: RunStore,
  run: string,
  request: Omit<AssessRequest, 'runs'> & { readonly by: string; readonly validForMs: number },
): Promise<StoredRun> {
  const before = storedRun(run, await store.read(run));
  if (before !== null) return before;
  const { by, validForMs, world } = request;
  const assessment = await assessFailover({ ...request, runs: store });
  await beginRun(store, assessment, { by, validForMs, run, at: world.clock.now() });
  return await runOf(store, run);
}

/** The run with this id. @throws FailoverRefusedError if it is not stored; DamagedRunError */
export async function runOf(store: Pick<RunStore, 'read'>, run: string): Promise<StoredRun> {
  const stored = storedRun(run, await store.read(run));
  if (stored !== null) return stored;
  throw new FailoverRefusedError(
    'RUN_UNKNOWN',
    [`there is no run ${run}`],
    '`tidemark failover status` shows the newest.',
  );
}

/** Approves a run by its hash, after assessing again. @throws FailoverRefusedError if nothing may be done */
export async function approveRun(request: RunRequest & { readonly approve: string }): Promise<RunRecord> {
  const { record } = request.stored;
  requireOpen(record);
  if (record.approval?.hash === request.approve) return record;
  requireApprovable(record, request.approve, request.world.clock.now());
  return await withJournal(request, async (journal) => {
    await approve(request, journal);
    return journal.record;
  });
}

/** Carries out one step, or sees that it still is in effect; null if it is. @throws FailoverRefusedError */
export async function runStep(request: CarryOutRequest, name: StepName): Promise<Failure | null> {
  const { record } = request.stored;
  requireOpen(record);
  const steps = stepsOf(record.subject.mode);
  const step = stepOf(steps, name);
  const open = steps.slice(0, steps.indexOf(step)).filter((one) => !isBehind(record, one.name));
  requireTurn(`step ${name} of run ${record.run}`, open);
  return await withJournal(request, (journal) => carryOut(step, request, journal));
}

/** Ends a run of which every step is done. */
export async function completeRun(request: CarryOutRequest): Promise<RunRecord> {
  const { record } = request.stored;
  if (record.phase === 'completed') return record;
  requireOpen(record);
  requireTurn(
    `the end of run ${record.run}`,
    stepsOf(record.subject.mode).filter(({ name }) => !isBehind(record, name)),
  );
  return await withJournal(request, async (journal) => {
    await journal.add({ kind: 'ended', outcome: 'completed' });
    return journal.record;
  });
}

/** Undoes one step if it began; null if nothing of it is left. The steps after it have to be undone before. */
export async function undoRunStep(request: CarryOutRequest, name: StepName): Promise<Failure | null> {
  const { record } = request.stored;
  if (record.phase === 'undone') return null;
  requireUndoable(record);
  const steps = stepsOf(record.subject.mode);
  const step = stepOf(steps, name);
  const open = steps.slice(steps.indexOf(step) + 1).filter((one) => !isUndone(record, one.name));
  requireTurn(`the undo of step ${name} of run ${record.run}`, open);
  if (isUndone(record, name)) return null;
  return await withJournal(request, (journal) => undoStep(step, request, journal));
}

/** Ends a run of which nothing is left to undo. */
export async function completeUndo(request: CarryOutRequest): Promise<RunRecord> {
  const { record } = request.stored;
  if (record.phase === 'undone') return record;
  requireUndoable(record);
  requireTurn(
    `the end of the undo of run ${record.run}`,
    stepsOf(record.subject.mode).filter(({ name }) => !isUndone(record, name)),
  );
  return await withJournal(request, async (journal) => {
    await journal.add({ kind: 'ended', outcome: 'undone' });
    return journal.record;
  });
}

async function withJournal<T>(request: CarryOutRequest, work: (journal: RunJournal) => Promise<T>): Promise<T> {
  const { store, stored, world, holder, overrideLock } = request;
  const journal = await RunJournal.open({ store, stored, clock: world.clock, holder, override: overrideLock });
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

function stepOf(steps: readonly Step[], name: StepName): Step {
  const step = steps.find((one) => one.name === name);
  if (step === undefined) throw new Error(`no step ${name}`);
  return step;
}

function isBehind(record: RunRecord, name: StepName): boolean {
  const { kind } = stateOf(record, name);
  return kind === 'done' || kind === 'skipped';
}

function isUndone(record: RunRecord, name: StepName): boolean {
  const { kind } = stateOf(record, name);
  return kind === 'pending' || kind === 'skipped' || kind === 'undone';
}

function requireTurn(what: string, open: readonly Step[]): void {
  if (open.length === 0) return;
  const reason = `${what} comes after ${open.map(({ name }) => name).join(', ')}`;
  throw new FailoverRefusedError(
    'OUT_OF_ORDER',
    [reason],
    'Continue the run from its beginning: done steps stay done.',
  );
}
