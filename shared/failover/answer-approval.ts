import type { Clock } from '../ports.ts';
import type { ApprovalAnswer, ApprovalStore, AskedApproval } from './approval-store.ts';
import type { ApprovalTarget } from './approval-target.ts';
import { FailoverRefusedError } from './failover-errors.ts';
import { requireApprovable, requireOpen } from './run-failover.ts';
import { runOf } from './run-in-parts.ts';
import type { RunStore } from './run-store.ts';

export interface ApprovalHands {
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly target: ApprovalTarget;
  readonly clock: Clock;
}

/**
 * Lets the state machine of a run continue, if the hash is that of its assessment. The state machine compares the hash
 * again with the world as it is then.
 *
 * @throws FailoverRefusedError if the hash is another one, it is too late, or nobody waits
 */
export async function approveAsked(
  { runs, approvals, target, clock }: ApprovalHands,
  { run, hash, by }: { readonly run: string; readonly hash: string; readonly by: string },
): Promise<void> {
  const { record } = await runOf(runs, run);
  requireOpen(record);
  requireApprovable(record, hash, clock.now());
  const asked = await openQuestion(approvals, run, clock.now());
  await target.approve(asked.token, { hash, by });
  await remember(approvals, asked, { kind: 'approved', by, at: clock.now() });
}

/** Ends the state machine of a run that waits for its approval. Nothing was changed. */
export async function rejectAsked(
  { approvals, target, clock }: Omit<ApprovalHands, 'runs'>,
  { run, reason, by }: { readonly run: string; readonly reason: string; readonly by: string },
): Promise<void> {
  const asked = await openQuestion(approvals, run, clock.now());
  await target.reject(asked.token, { reason, by });
  await remember(approvals, asked, { kind: 'rejected', by, at: clock.now() });
}

async function openQuestion(approvals: ApprovalStore, run: string, now: number): Promise<AskedApproval> {
  const asked = await approvals.asked(run, now);
  if (asked !== null && asked.answer === null) return asked;
  const why =
    asked?.answer == null
      ? `no state machine waits for the approval of run ${run}`
      : `${asked.answer.by} has ${asked.answer.kind} run ${run} at ${new Date(asked.answer.at).toISOString()}`;
  const remedy = 'See the execution in Step Functions. Start the run again under its id, or a new one.';
  throw new FailoverRefusedError('NOT_ASKED', [why], remedy);
}

/** The state machine has the answer, whatever the store says now: Step Functions takes no second one for a token. */
async function remember(approvals: ApprovalStore, asked: AskedApproval, answer: ApprovalAnswer): Promise<void> {
  await approvals.remember(asked, answer).catch(() => undefined);
}
