import type { RunRecord } from '../domain/failover/run-record.ts';
import type { ApprovalHands } from './answer-approval.ts';
import { claimsOf, type LinkClaims, type Mac, questionOf } from './approval-link.ts';
import type { ApprovalAnswer } from './approval-store.ts';
import { storedRun } from './run-entry-schema.ts';

/** What a link can still do. Only one that waits can approve or reject. */
export type LinkedRun =
  | { readonly kind: 'waits'; readonly record: RunRecord }
  /** This deployment did not sign it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'expired'; readonly claims: LinkClaims }
  | { readonly kind: 'answered'; readonly claims: LinkClaims; readonly answer: ApprovalAnswer }
  /** Another question for this run, or another run of the flow, has replaced it. */
  | { readonly kind: 'superseded'; readonly claims: LinkClaims }
  /** The run was approved in another way, or has ended. */
  | { readonly kind: 'over'; readonly claims: LinkClaims };

/** Looks a link up. Changes nothing. @throws HistoryStoreError, DamagedRunError */
export async function linkedRun(
  link: string,
  { runs, approvals, clock, mac }: Pick<ApprovalHands, 'runs' | 'approvals' | 'clock'> & { readonly mac: Mac },
): Promise<LinkedRun> {
  const claims = await claimsOf(link, mac);
  if (claims === null) return { kind: 'unknown' };
  const now = clock.now();
  if (now >= claims.expiresAt) return { kind: 'expired', claims };
  const asked = await approvals.asked(claims.run, now);
  if (asked === null) return { kind: 'over', claims };
  if (questionOf(asked.token) !== claims.question) return { kind: 'superseded', claims };
  if (asked.answer !== null) return { kind: 'answered', claims, answer: asked.answer };
  const record = storedRun(claims.run, await runs.read(claims.run))?.record;
  if (record === undefined || record.phase !== 'awaiting-approval') return { kind: 'over', claims };
  const holder = await runs.lockOf(record.subject.flow);
  if (holder?.run !== claims.run || record.hash !== claims.hash) return { kind: 'superseded', claims };
  return { kind: 'waits', record };
}
