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
  /** The rule of the configuration that changed the severity; absent if none did. */
  readonly rule?: { readonly index: number; readonly was: Severity };
  /** The acknowledgement that covers it; absent if none does. It then does not count for the verdict. */
  readonly acknowledged?: Acknowledgement;
}

/** A finding that a rule of the configuration turned off. */
export interface SuppressedFinding {
  readonly code: FindingCode;
  /** The severity that it has without rules. */
  readonly severity: Severity;
  readonly subject: Subject;
  /** Index of the rule in `policy.rules`, from 0. */
  readonly rule: number;
}

/** How an acknowledgement ended before its time; `at` in ms since the epoch. */
export type AcknowledgementEnding =
  | { readonly kind: 'withdrawn'; readonly at: number; readonly by: string }
  /** An audit no longer found the finding. */
  | { readonly kind: 'closed'; readonly at: number };

/** Somebody says of one finding that it is known. Times in ms since the epoch. */
export interface Acknowledgement {
  readonly id: string;
  /** `A->B` */
  readonly flow: string;
  readonly code: FindingCode;
  /** The stable part of the finding's subject. Other fields limit it to findings that name them as well. */
  readonly subject: Subject;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  /** When it ends; null if it ends when an audit no longer finds the finding. */
  readonly until: number | null;
  /** Null if nothing but its time ends it. */
  readonly ending: AcknowledgementEnding | null;
}
