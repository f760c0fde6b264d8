import { intentOf, isPastNoReturn, type RunRecord } from '../domain/failover/run-record.ts';
import { POINT_OF_NO_RETURN } from '../domain/failover/step-name.ts';
import { FailoverRefusedError } from './failover-errors.ts';
import { type CarryOutRequest, contextOf, type Failure, failureOf, type RunOutcome, stateOf } from './run-failover.ts';
import { RunJournal } from './run-journal.ts';
import type { Step } from './step.ts';
import { stepsOf } from './steps/index.ts';

/** A run that was undone, or the step whose undo failed: run it again. */
export type UndoOutcome =
  | { readonly kind: 'undone'; readonly record: RunRecord }
  | Extract<RunOutcome, { readonly kind: 'failed' }>;

/**
 * Walks back through the steps that began, the last one first. Records each undo before and after its work, so that it
 * can be repeated. It is refused once the name was switched, or may have been.
 *
 * @throws FailoverRefusedError if nothing was done
 */
export async function undoFailover(request: CarryOutRequest): Promise<UndoOutcome> {
  const { store, stored, world, holder, overrideLock } = request;
  requireUndoable(stored.record);
  const journal = await RunJournal.open({ store, stored, clock: world.clock, holder, override: overrideLock });
  try {
    for (const step of stepsOf(stored.record.subject.mode).toReversed()) {
      const failure = await undoStep(step, request, journal);
      if (failure !== null) return { kind: 'failed', record: journal.record, step: step.name, ...failure };
    }
    await journal.add({ kind: 'ended', outcome: 'undone' });
    return { kind: 'undone', record: journal.record };
  } finally {
    await journal.close();
  }
}

/** Undoes one step if it began; null if nothing of it is left. */
export async function undoStep(step: Step, request: CarryOutRequest, journal: RunJournal): Promise<Failure | null> {
  const { progress = () => {} } = request;
  const intent = intentOf(stateOf(journal.record, step.name));
  if (intent === undefined) return null;
  progress(`undoing step ${step.name}`);
  await journal.add({ kind: 'undo-began', step: step.name });
  try {
    const evidence = (await step.undo?.(contextOf(request, journal), intent)) ?? { changed: false };
    await journal.add({ kind: 'undone', step: step.name, evidence });
    return null;
  } catch (error) {
    const failure = failureOf(error);
    const { code, reason } = failure;
    await journal.add({ kind: 'undo-failed', step: step.name, code, reason });
    return failure;
  }
}

/** @throws FailoverRefusedError if there is nothing to undo, or no way back */
export function requireUndoable(record: RunRecord): void {
  const { run, phase } = record;
  const refuse = (code: string, reason: string, remedy: string) => new FailoverRefusedError(code, [reason], remedy);
  if (phase === 'completed' || isPastNoReturn(record)) {
    const reason = `run ${run} is past its point of no return, ${POINT_OF_NO_RETURN}: clients may write to the target`;
    throw refuse('PAST_NO_RETURN', reason, 'Complete the run. The way back is a failover in the other direction.');
  }
  if (phase === 'undone') throw refuse('RUN_OVER', `run ${run} is undone`, 'There is nothing left to undo.');
  if (phase === 'awaiting-approval') {
    throw refuse('RUN_NOT_BEGUN', `run ${run} has changed nothing`, 'There is nothing to undo.');
  }
}
