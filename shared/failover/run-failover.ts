import { changesBetween } from '../domain/failover/approval-subject.ts';
import { intentOf, isPastNoReturn, type RunRecord, type StepState } from '../domain/failover/run-record.ts';
import { DANGEROUS_STEPS, RENEWABLE_STEPS, type StepName } from '../domain/failover/step-name.ts';
import { canonicalJson, type Json } from '../domain/model/canonical-json.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import { assessFailover } from './assess-failover.ts';
import { DeadSource } from './dead-source.ts';
import { FailoverRefusedError, LockLostError } from './failover-errors.ts';
import type { StoredRun } from './run-entry-schema.ts';
import { RunJournal } from './run-journal.ts';
import type { RunStore } from './run-store.ts';
import type { FailoverWorld, Step, StepContext } from './step.ts';
import { stepsOf } from './steps/index.ts';

export interface CarryOutRequest {
  readonly world: FailoverWorld;
  readonly store: RunStore;
  readonly stored: StoredRun;
  /** The person or account that runs it, and the process: host and number. */
  readonly by: string;
  readonly holder: string;
  /** Takes the flow's lock even if another process or run has it. */
  readonly overrideLock: boolean;
  readonly progress?: (step: string) => void;
}

export interface RunRequest extends CarryOutRequest {
  /** The hash that a person approves; null to continue a run that was approved before. */
  readonly approve: string | null;
}

/** A run that is completed, or the step that it stopped at. */
export type RunOutcome =
  | { readonly kind: 'completed'; readonly record: RunRecord }
  | {
      readonly kind: 'failed';
      readonly record: RunRecord;
      readonly step: StepName;
      readonly code: string;
      readonly reason: string;
      readonly remedy: string | null;
      /** Whether the same again may succeed without anybody doing something. */
      readonly retriable: boolean;
    };

/**
 * Carries an approved failover out, step by step, or continues it. Each step is recorded before and after its work, so
 * that a run can be continued under its id after any failure. Steps that are done are not done again; until the point of
 * no return it checks that they are still in effect.
 *
 * @throws FailoverRefusedError if nothing was done: not approved, expired, changed since, locked, or over
 */
export async function runFailover(request: RunRequest): Promise<RunOutcome> {
  const { store, stored, world, holder, overrideLock } = request;
  requireOpen(stored.record);
  if (stored.record.approval === null) requireApprovable(stored.record, request.approve, world.clock.now());
  const journal = await RunJournal.open({ store, stored, clock: world.clock, holder, override: overrideLock });
  try {
    if (journal.record.approval === null) await approve(request, journal);
    for (const step of stepsOf(journal.record.subject.mode)) {
      const failure = await carryOut(step, request, journal);
      if (failure !== null) return { kind: 'failed', record: journal.record, step: step.name, ...failure };
    }
    await journal.add({ kind: 'ended', outcome: 'completed' });
    return { kind: 'completed', record: journal.record };
  } finally {
    await journal.close();
  }
}

/** @throws FailoverRefusedError if the run has ended, or is being undone */
export function requireOpen({ run, phase }: RunRecord): void {
  if (phase === 'awaiting-approval' || phase === 'running') return;
  const reason = phase === 'undoing' ? 'its undo has begun' : `it is ${phase}`;
  throw new FailoverRefusedError(
    'RUN_OVER',
    [`run ${run} cannot be continued: ${reason}`],
    'Assess again, for a new run.',
  );
}

/** @throws FailoverRefusedError if this hash does not approve the run now */
export function requireApprovable(
  { run, hash, subject, expiresAt }: RunRecord,
  given: string | null,
  now: number,
): void {
  const again = 'Assess again, and approve the hash that it prints.';
  if (subject.refused.length > 0) {
    const reason = `gates refuse run ${run}: ${subject.refused.join(', ')}`;
    throw new FailoverRefusedError('GATES_REFUSE', [reason], 'Assess again; --accept CODE accepts one.');
  }
  if (given === null) {
    throw new FailoverRefusedError('NOT_APPROVED', [`run ${run} is not approved`], `--approve ${hash} approves it.`);
  }
  if (given !== hash) {
    throw new FailoverRefusedError(
      'HASH_DIFFERS',
      [`the hash of run ${run} is ${hash}, not the given ${given}`],
      again,
    );
  }
  if (now >= expiresAt) {
    const reason = `the assessment of run ${run} expired at ${new Date(expiresAt).toISOString()}`;
    throw new FailoverRefusedError('APPROVAL_EXPIRED', [reason], again);
  }
}

/** The world may have changed between the assessment and now: what is approved must be what will be done. */
export async function approve({ world, store, by, progress }: RunRequest, journal: RunJournal): Promise<void> {
  const { subject, hash } = journal.record;
  const present = await assessFailover({
    world,
    runs: store,
    mode: subject.mode,
    groups: subject.chosen,
    accept: subject.accepted,
    ...(progress === undefined ? {} : { progress }),
  });
  if (present.hash !== hash) {
    const changes = changesBetween(subject, present.subject);
    const gates = present.gates
      .filter(({ code }) => present.subject.refused.includes(code))
      .map(({ reason }) => reason);
    const reasons = [...changes, ...gates];
    await journal.add({ kind: 'refused', reasons });
    throw new FailoverRefusedError('WORLD_CHANGED', reasons, 'Assess again, and approve what it then says.');
  }
  await journal.add({ kind: 'approved', hash, by });
}

export interface Failure {
  readonly code: string;
  readonly reason: string;
  readonly remedy: string | null;
  readonly retriable: boolean;
}

/** Brings one step to its end; null if that is reached. */
export async function carryOut(step: Step, request: CarryOutRequest, journal: RunJournal): Promise<Failure | null> {
  const { world, progress = () => {} } = request;
  const state = stateOf(journal.record, step.name);
  if (state.kind === 'skipped') return null;
  const context = contextOf(request, journal);
  if (state.kind === 'done') {
    const failure = await lapsed(step, state, context, journal);
    if (failure === null || failure.code !== 'STEP_LAPSED' || !RENEWABLE_STEPS.has(step.name)) return failure;
  }
  progress(`step ${step.name}`);
  const { mode } = journal.record.subject;
  const reason = state.kind === 'pending' ? step.skip(world, mode) : null;
  // To leave a fence out that was approved is no less than to raise another one.
  requireApproved(step, reason, journal.record, world);
  if (reason !== null) {
    await journal.add({ kind: 'skipped', step: step.name, reason });
    return null;
  }
  const before = intentOf(state);
  let begun = before !== undefined;
  try {
    const intent = before ?? (await step.prepare(context));
    await journal.add({ kind: 'began', step: step.name, intent });
    begun = true;
    const isDone = before !== undefined && (await step.check(context, intent)) === 'in-effect';
    if (!isDone) await step.do(context, intent);
    await journal.add({ kind: 'done', step: step.name, evidence: await step.evidence(context, intent) });
    return null;
  } catch (error) {
    const failure = failureOf(error);
    // Nothing began if the preparation failed: the step stays as it was.
    if (begun) await journal.add({ kind: 'failed', step: step.name, code: failure.code, reason: failure.reason });
    else await journal.add({ kind: 'refused', reasons: [`step ${step.name}: ${failure.reason}`] });
    return failure;
  } finally {
    await context.source.leave();
  }
}

/** Whether a step that is done still is in effect. From the point of no return on, clients change what it left. */
async function lapsed(
  step: Step,
  { intent }: Extract<StepState, { kind: 'done' }>,
  context: StepContext,
  journal: RunJournal,
): Promise<Failure | null> {
  if (isPastNoReturn(journal.record)) return null;
  try {
    if ((await step.check(context, intent)) !== 'absent') return null;
  } catch (error) {
    // A source that died after it was drained is no reason to stop, and nothing shows that the step has lapsed.
    if (error instanceof TidemarkError && error.retriable) return null;
    return failureOf(error);
  }
  const reason = `step ${step.name} was done, and is no longer in effect`;
  await journal.add({ kind: 'refused', reasons: [reason] });
  const remedy = 'Someone has changed it since. Undo the failover, and assess again.';
  return { code: 'STEP_LAPSED', reason, remedy, retriable: false };
}

/** The last look before anything dangerous: what will be done, or left out, is word for word what was approved. */
function requireApproved(
  step: Step,
  skipped: string | null,
  { approval, hash, subject, run }: RunRecord,
  world: FailoverWorld,
): void {
  if (!DANGEROUS_STEPS.has(step.name)) return;
  if (approval === null || approval.hash !== hash) {
    throw new FailoverRefusedError(
      'NOT_APPROVED',
      [`step ${step.name} of run ${run} is not approved`],
      'Approve the run.',
    );
  }
  const approved = subject.steps.find((one) => one.step === step.name);
  const actions = skipped === null ? step.describe(world, subject) : [];
  if (approved !== undefined && canonicalJson(approved) === canonicalJson({ step: step.name, skipped, actions }))
    return;
  const reason = `step ${step.name} would do something else than was approved: the configuration has changed`;
  throw new FailoverRefusedError(
    'WORLD_CHANGED',
    [reason],
    'Use the configuration of the assessment, or undo the run.',
  );
}

export function contextOf(request: CarryOutRequest, journal: RunJournal): StepContext {
  const { world, progress = () => {} } = request;
  const { subject } = journal.record;
  const sourceWasDead = subject.clusters.source === null;
  return {
    world,
    scope: subject,
    sourceWasDead,
    source: new DeadSource({
      alias: world.flow.source,
      wasDead: sourceWasDead,
      reader: () => world.reader('source'),
      clock: world.clock,
      stillMs: world.patience.stillMs,
    }),
    evidenceOf: (name): Json | null => {
      const state = stateOf(journal.record, name);
      return state.kind === 'done' ? state.evidence : null;
    },
    intentOf: (name) => intentOf(stateOf(journal.record, name)) ?? null,
    progress,
  };
}

export function stateOf({ steps }: RunRecord, name: StepName): StepState {
  return steps.get(name) ?? { kind: 'pending' };
}

/**
 * What a person reads of a failure.
 * @throws the error if it is a defect, or if nothing more may be recorded
 */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof TidemarkError) || error instanceof LockLostError || error instanceof FailoverRefusedError) {
    throw error;
  }
  return { code: error.code, reason: error.message, remedy: error.remedy, retriable: error.retriable };
}
