/** What a person has answered. */
export interface ApprovalAnswer {
  readonly kind: 'approved' | 'rejected';
  readonly by: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** A state machine that waits for the approval of a run. */
export interface AskedApproval {
  readonly run: string;
  /** The hash that the assessment printed. */
  readonly hash: string;
  /** Lets the state machine continue. It is no part of the evidence, and is not printed. */
  readonly token: string;
  /** From this time on nobody waits: ms since the epoch. */
  readonly expiresAt: number;
  /** Null while nobody has answered. */
  readonly answer: ApprovalAnswer | null;
}

/** Which approvals are asked for. All methods throw `HistoryStoreError` if the store does not answer or refuses. */
export interface ApprovalStore {
  /** Replaces an earlier question for the run: only the newest state machine waits for it. */
  ask(asked: Omit<AskedApproval, 'answer'>): Promise<void>;
  /** Null if nobody waits for it. */
  asked(run: string, now: number): Promise<AskedApproval | null>;
  /** Remembers the answer to this question, unless another question has replaced it. */
  remember(asked: AskedApproval, answer: ApprovalAnswer): Promise<void>;
}
