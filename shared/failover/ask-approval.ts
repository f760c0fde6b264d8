import type { RunRecord } from '../domain/failover/run-record.ts';
import type { ApprovalHands } from './answer-approval.ts';
import { requireApprovable } from './run-failover.ts';
import { runOf } from './run-in-parts.ts';

/**
 * Keeps the token of a state machine that waits for the approval of a run, until a person answers.
 * @throws FailoverRefusedError if the run cannot be approved by this hash
 */
export async function askApproval(
  { runs, approvals, clock }: Pick<ApprovalHands, 'runs' | 'approvals' | 'clock'>,
  { run, hash, token }: { readonly run: string; readonly hash: string; readonly token: string },
): Promise<RunRecord> {
  const { record } = await runOf(runs, run);
  requireApprovable(record, hash, clock.now());
  await approvals.ask({ run, hash, token, expiresAt: record.expiresAt });
  return record;
}
