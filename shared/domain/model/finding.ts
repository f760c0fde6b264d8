import type { FindingCode, Severity } from '../../contract/finding-codes.ts';

/** What a finding is about; the fields that do not apply are absent. */
export interface Subject {
  readonly cluster?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly group?: string;
}

/** One thing wrong, with what shows it. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly subject: Subject;
  /** One sentence with the numbers that matter. */
  readonly message: string;
  /** What was seen; bigints are offsets or counts. */
  readonly evidence: Readonly<Record<string, string | number | bigint | boolean | null>>;
  /** `docs/runbook.md#…`, the section that says what to do. */
  readonly runbook: string;
}
