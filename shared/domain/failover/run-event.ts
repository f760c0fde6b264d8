import type { Json } from '../model/canonical-json.ts';
import type { ApprovalSubject } from './approval-subject.ts';
import type { StepName } from './step-name.ts';

/** One thing that happened in a run. Names and reasons hold no secrets: the events are the evidence that people read. */
export type RunEvent =
  /** The first of every run: what a person is asked to approve, and the numbers of that moment. */
  | {
      readonly kind: 'assessed';
      readonly subject: ApprovalSubject;
      /** SHA-256 of the subject, in hex. */
      readonly hash: string;
      /** Verdict, loss and landing of groups as they were then: they change from minute to minute and are not hashed. */
      readonly figures: Json;
      readonly by: string;
      /** From this time on it can no longer be approved: ms since the epoch. */
      readonly expiresAt: number;
    }
  | { readonly kind: 'locked'; readonly by: string; readonly overrode: string | null }
  | { readonly kind: 'approved'; readonly hash: string; readonly by: string }
  /** The run was asked to begin or to continue, and nothing was done. */
  | { readonly kind: 'refused'; readonly reasons: readonly string[] }
  /** Recorded before the work. `intent` is what an undo needs. */
  | { readonly kind: 'began'; readonly step: StepName; readonly intent: Json }
  | { readonly kind: 'done'; readonly step: StepName; readonly evidence: Json }
  | { readonly kind: 'failed'; readonly step: StepName; readonly code: string; readonly reason: string }
  | { readonly kind: 'skipped'; readonly step: StepName; readonly reason: string }
  | { readonly kind: 'undo-began'; readonly step: StepName }
  | { readonly kind: 'undone'; readonly step: StepName; readonly evidence: Json }
  | { readonly kind: 'undo-failed'; readonly step: StepName; readonly code: string; readonly reason: string }
  | { readonly kind: 'ended'; readonly outcome: 'completed' | 'undone' };
