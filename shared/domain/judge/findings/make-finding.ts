import { FINDINGS, type FindingCode, runbookLink, type Severity } from '../../../contract/finding-codes.ts';
import type { Finding, Subject } from '../../model/finding.ts';

/** A finding with its severity and runbook section from the contract; some cases are milder than the code's worst. */
export function makeFinding(
  code: FindingCode,
  subject: Subject,
  message: string,
  evidence: Finding['evidence'],
  severity: Severity = FINDINGS[code].severity,
): Finding {
  return { code, severity, subject, message, evidence, runbook: runbookLink(code) };
}

const ORDER: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

/** Worst first; equal ones stay in their order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}
