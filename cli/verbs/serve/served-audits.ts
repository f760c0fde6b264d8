import type { AuditReport } from '../../../shared/domain/model/report.ts';

/** An audit that failed as a whole: no flow could be audited. */
export interface FailedAudit {
  /** When it began: ms since the epoch. */
  readonly at: number;
  readonly code: string;
  readonly message: string;
}

/** Audits that may be missed before their numbers are too old to be shown as the present. */
const MISSED = 3;

/** What the server knows of its audits. Times in ms since the epoch. */
export class ServedAudits {
  readonly intervalMs: number;
  readonly startedAt: number;
  /** How long ago the last audit may have ended: three intervals, or three time limits if those are longer. */
  readonly patienceMs: number;
  #report: AuditReport | null = null;
  #failure: FailedAudit | null = null;
  #endedAt: number | null = null;
  #durationMs: number | null = null;

  /** @param timeoutMs the time limit of one audit */
  constructor(intervalMs: number, timeoutMs: number, startedAt: number) {
    this.intervalMs = intervalMs;
    this.startedAt = startedAt;
    this.patienceMs = MISSED * Math.max(intervalMs, timeoutMs);
  }

  succeeded(report: AuditReport, endedAt: number): void {
    this.#report = report;
    this.#failure = null;
    this.#ended(report.at, endedAt);
  }

  failed(failure: FailedAudit, endedAt: number): void {
    this.#failure = failure;
    this.#ended(failure.at, endedAt);
  }

  #ended(at: number, endedAt: number): void {
    this.#endedAt = endedAt;
    this.#durationMs = endedAt - at;
  }

  /** The last audit that said something; null before the first. It can be old. */
  get report(): AuditReport | null {
    return this.#report;
  }

  /** Why the last audit failed; null if it did not. */
  get failure(): FailedAudit | null {
    return this.#failure;
  }

  /** When the last audit ended, with or without success; null before the first. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  get durationMs(): number | null {
    return this.#durationMs;
  }

  /** Whether the report is of the last audit, and that is not long ago. */
  isCurrent(now: number): boolean {
    return this.#report !== null && this.#failure === null && !this.isStuck(now);
  }

  /** Whether audits no longer end: the last one did so too long ago. */
  isStuck(now: number): boolean {
    return now - (this.#endedAt ?? this.startedAt) > this.patienceMs;
  }
}
