import type { ApprovalNotice } from '../domain/notify/approval-notice.ts';

/** One way to reach the people who approve. */
export interface ApproverTarget {
  readonly name: 'slack' | 'webhook' | 'email';
  /** @throws TidemarkError that names neither the receiver's address nor the link */
  send(notice: ApprovalNotice): Promise<void>;
}
