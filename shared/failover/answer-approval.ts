import type { Clock } from '../ports.ts';
import type { ApprovalStore } from './approval-store.ts';
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
  await target.approve(await tokenOf(approvals, run, clock.now()), { hash, by });
}

/** Ends the state machine of a run that waits for its approval. Nothing was changed. */
export async function rejectAsked(
  { approvals, target, clock }: ApprovalHands,
  { run, reason, by }: { readonly run: string; readonly reason: string; readonly by: string },
): Promise<void> {
  await target.reject(await tokenOf(approvals, run, clock.now()), { reason, by });
}

async function tokenOf(approvals: ApprovalStore, run: string, now: number): Promise<string> {
  const asked = await approvals.asked(run, now);
  if (asked !== null) return asked.token;
  throw new FailoverRefusedError(
    'NOT_ASKED',
    [`no state machine waits for the approval of run ${run}`],
    'See the execution in Step Functions. Start the run again under its id, or a new one.',
  );
}
