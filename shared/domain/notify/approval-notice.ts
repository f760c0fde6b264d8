/** The message for people whose approval a run waits for. Every name is printable; no markup yet. */
export interface ApprovalNotice {
  /** One line: what waits, of which flow and deployment. */
  readonly title: string;
  readonly run: string;
  readonly hash: string;
  /** What it covers, what it would cost, and what was accepted although it speaks against it. */
  readonly facts: readonly string[];
  /** Until when it can be approved. */
  readonly until: string;
  /** Leads to the page that approves or rejects. Who has it can do both. Null if none could be made. */
  readonly link: string | null;
  /** For a shell: all that would be done. */
  readonly command: string;
}
