import { FINDINGS, type FindingCode, runbookLink, SEVERITIES, type Severity } from '../../../contract/finding-codes.ts';
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

/** Worst first; equal ones keep their order. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}
