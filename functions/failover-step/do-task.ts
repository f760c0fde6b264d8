import { createHash } from 'node:crypto';
import { ASSESSED, FAILOVER_ERRORS, type MachineName } from '../../shared/contract/failover-machine.ts';
import { type RunRecord, tookMs } from '../../shared/domain/failover/run-record.ts';
import { DANGEROUS_STEPS, type RunMode } from '../../shared/domain/failover/step-name.ts';
import { canonicalJson } from '../../shared/domain/model/canonical-json.ts';
import { counted } from '../../shared/domain/model/figures.ts';
import type { ApprovalStore } from '../../shared/failover/approval-store.ts';
import { askApproval } from '../../shared/failover/ask-approval.ts';
import { runId } from '../../shared/failover/assess-failover.ts';
import { FailoverRefusedError } from '../../shared/failover/failover-errors.ts';
import { type HoldStore, requireNotHeld } from '../../shared/failover/hold-store.ts';
import type { StoredRun } from '../../shared/failover/run-entry-schema.ts';
import { type CarryOutRequest, requireApprovable, requireOpen, stateOf } from '../../shared/failover/run-failover.ts';
import {
  approveRun,
  assessRun,
  completeRun,
  completeUndo,
  giveFlowBack,
  runOf,
  runStep,
  takeFlow,
  undoRunStep,
} from '../../shared/failover/run-in-parts.ts';
import type { RunStore } from '../../shared/failover/run-store.ts';
import type { FailoverWorld } from '../../shared/failover/step.ts';
import type { Clock } from '../../shared/ports.ts';
import { stepError } from '../runtime/state-machine-error.ts';
import type { FailoverTask, TaskOf } from './event.ts';

export interface OpenWorld {
  readonly world: FailoverWorld;
  close(): Promise<void>;
}

/** Which failover a run takes back. */
export type TakesBack =
  | { readonly kind: 'none' }
  /** The newest one that led clients away. */
  | { readonly kind: 'newest' }
  /** The one that a person names. */
  | { readonly kind: 'named'; readonly run: string }
  /** The one that the run was assessed with. */
  | { readonly kind: 'assessed'; readonly run: string };

export interface TaskHands {
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly holds: Pick<HoldStore, 'current'>;
  readonly clock: Clock;
  /**
   * Opens what a failover of the flow works on, or its failback: the flow is then the one that leads back. `writers`: with the
   * credentials of those that write.
   */
  readonly openWorld: (
    flow: string,
    options: { readonly writers: boolean; readonly takesBack: TakesBack },
  ) => Promise<OpenWorld>;
  /** How long an assessment can be approved. */
  readonly approvalMs: number;
  /** This invocation, for the lock. */
  readonly holder: string;
  readonly progress: (step: string) => void;
}

/** Does one task of the state machine. It can be done again. @throws TidemarkError */
export async function doTask(task: FailoverTask, hands: TaskHands): Promise<object> {
  // These change nothing that a maintenance stop protects.
  if (task.task !== 'give-flow-back' && task.task !== 'ask-approval') await requireNotHeld(hands.holds);
  switch (task.task) {
    case 'take-flow':
      return await take(task, hands);
    case 'assess':
      return await assess(task, hands);
    case 'ask-approval':
      await askApproval(hands, { run: task.runId, hash: task.hash, token: task.token });
      return { runId: task.runId };
    case 'approve':
      return await withWorld(task, hands, false, async (request) => {
        const { hash, by } = task.answer;
        const record = await approveRun({ ...request, by, approve: hash });
        return { approvedBy: record.approval?.by ?? by };
      });
    case 'carry-out':
      return await carryOut(task, hands);
    case 'complete':
      return await withWorld(task, hands, false, async (request) => {
        return await evidenceOf(hands, await completeRun(request));
      });
    case 'undo':
      return await withWorld(task, hands, DANGEROUS_STEPS.has(task.step), async (request) => {
        const failure = await undoRunStep(request, task.step);
        if (failure !== null) throw stepError(`${task.step}, undo`, failure);
        return { step: task.step, state: 'undone' };
      });
    case 'complete-undo':
      return await withWorld(task, hands, false, async (request) => {
        return await evidenceOf(hands, await completeUndo(request));
      });
    case 'give-flow-back':
      return await giveBack(task, hands);
  }
}

/** A run that is continued keeps what was assessed. */
async function take({ machine, start, execution }: TaskOf<'take-flow'>, hands: TaskHands): Promise<object> {
  const { runs, clock, holder } = hands;
  const { flow, by } = start;
  const continued = 'runId' in start ? await runOf(runs, start.runId) : null;
  if (continued !== null) requireFlow(continued, flow);
  const asked = 'runId' in start ? continued?.record.subject.mode : start.mode;
  if (asked !== undefined) requireMachine(machine, asked);
  const run = continued?.record.run ?? newRun(execution);
  const { phase } = continued?.record ?? { phase: 'awaiting-approval' };
  if (phase !== 'completed' && phase !== 'undone') {
    await takeFlow(runs, { flow, run, holder, at: clock.now(), override: start.overrideLock });
  }
  if ('runId' in start) {
    const { mode, chosen, accepted } = continued?.record.subject ?? { mode: 'planned', chosen: ['*'], accepted: [] };
    const failover = continued?.record.subject.takesBack?.run ?? null;
    return { runId: run, flow, mode, groups: [...chosen], accept: [...accepted], failover, by };
  }
  const failover = start.mode === 'failback' ? (start.failover ?? null) : null;
  return { runId: run, flow, mode: start.mode, groups: start.groups, accept: start.accept, failover, by };
}

/** Each state machine has the steps of its own kind of run. */
function requireMachine(machine: MachineName, mode: RunMode): void {
  const own = mode === 'failback' ? 'failback' : 'failover';
  if (machine === own) return;
  const reason = `this state machine carries out a ${machine}, and the run is a ${own}`;
  throw new FailoverRefusedError('MODE_DIFFERS', [reason], `Start the state machine of a ${own} with the same input.`);
}

function newRun({ id, startedAt }: TaskOf<'take-flow'>['execution']): string {
  return runId(Date.parse(startedAt), createHash('sha256').update(id).digest('hex').slice(0, 8));
}

async function assess(task: TaskOf<'assess'>, hands: TaskHands): Promise<object> {
  const { runs, clock, approvalMs, progress } = hands;
  const { runId: run, mode, groups, accept, by, flow, failover } = task;
  const before = (await runs.read(run)).length > 0 ? await runOf(runs, run) : null;
  const stored = before ?? (await assessed());
  requireFlow(stored, flow);
  const { record } = stored;
  const said = { hash: record.hash, summary: summaryOf(record) };
  if (record.phase === 'completed') return { status: ASSESSED.completed, ...said };
  requireOpen(record);
  if (record.approval !== null) return { status: ASSESSED.approved, ...said };
  requireApprovable(record, record.hash, clock.now());
  return { status: ASSESSED.awaitsApproval, ...said };

  async function assessed(): Promise<StoredRun> {
    const named: TakesBack = failover === null ? { kind: 'newest' } : { kind: 'named', run: failover };
    const takesBack: TakesBack = mode === 'failback' ? named : { kind: 'none' };
    const { world, close } = await hands.openWorld(flow, { writers: false, takesBack });
    try {
      return await assessRun(runs, run, { world, mode, groups, accept, by, validForMs: approvalMs, progress });
    } finally {
      await close();
    }
  }
}

async function carryOut(task: TaskOf<'carry-out'>, hands: TaskHands): Promise<object> {
  const { step } = task;
  return await withWorld(task, hands, DANGEROUS_STEPS.has(step), async (request) => {
    const { mode } = request.stored.record.subject;
    if (mode !== task.mode) {
      const reason = `run ${task.runId} is ${mode}, not ${task.mode}`;
      throw new FailoverRefusedError('MODE_DIFFERS', [reason], 'Start the run again under its id.');
    }
    const failure = await runStep(request, step);
    if (failure !== null) throw stepError(step, failure);
    return { step, state: stateOf((await runOf(hands.runs, task.runId)).record, step).kind };
  });
}

/** Who answered no, or that nobody answered, is evidence. Other reasons were recorded when they arose. */
async function giveBack({ flow, runId: run, error }: TaskOf<'give-flow-back'>, hands: TaskHands): Promise<object> {
  const { rejected, notApproved } = FAILOVER_ERRORS;
  const reasons =
    error.Error === rejected || error.Error === notApproved
      ? [`not approved: ${error.Cause ?? 'without a reason'}`]
      : [];
  await giveFlowBack(hands.runs, { flow, run, reasons, holder: hands.holder, clock: hands.clock });
  return { runId: run };
}

/** What people compare with a copy that was kept elsewhere: the last hash covers all entries. */
async function evidenceOf(hands: TaskHands, { run }: RunRecord): Promise<object> {
  const { record, entries } = await runOf(hands.runs, run);
  const took = tookMs(record);
  return {
    runId: run,
    outcome: record.phase,
    entries: entries.length,
    lastHash: entries.at(-1)?.hash ?? '',
    ...(took !== null && { tookSeconds: Math.round(took / 1000) }),
  };
}

/** For people who are asked: what the failover covers, and the numbers of the assessment. */
function summaryOf({ subject, figures }: RunRecord): string {
  const many = `${counted(subject.topics.length, 'topic')}, ${counted(subject.groups.length, 'group')}`;
  const { mode, flow, takesBack } = subject;
  const what =
    takesBack === undefined ? `${mode} failover of ${flow}` : `failback of ${flow} after run ${takesBack.run}`;
  return `${what}: ${many}; ${canonicalJson(figures)}`;
}

async function withWorld<T>(
  { runId: run, flow, by }: { readonly runId: string; readonly flow: string; readonly by: string },
  hands: TaskHands,
  writers: boolean,
  work: (request: CarryOutRequest) => Promise<T>,
): Promise<T> {
  const { runs: store, holder, progress } = hands;
  const stored = await runOf(store, run);
  requireFlow(stored, flow);
  const { takesBack: origin } = stored.record.subject;
  const takesBack: TakesBack = origin === undefined ? { kind: 'none' } : { kind: 'assessed', run: origin.run };
  const { world, close } = await hands.openWorld(flow, { writers, takesBack });
  try {
    return await work({ world, store, stored, by, holder, overrideLock: false, progress });
  } finally {
    await close();
  }
}

function requireFlow({ record }: StoredRun, flow: string): void {
  if (record.subject.flow === flow) return;
  const reason = `run ${record.run} is of the flow ${record.subject.flow}, not of ${flow}`;
  throw new FailoverRefusedError('FLOW_DIFFERS', [reason], 'Give the flow of the run.');
}
