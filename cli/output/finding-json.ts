import type { Acknowledgement, Finding } from '../../shared/domain/model/finding.ts';
import { iso } from '../../shared/domain/model/iso-time.ts';

/** A finding as every JSON contract has it. */
export function findingJson(one: Finding): object {
  const { code, severity, subject, message, evidence, runbook, rule, acknowledged } = one;
  return {
    code,
    severity,
    subject,
    message,
    evidence,
    runbook,
    ...(rule && { rule }),
    ...(acknowledged && { acknowledged: acknowledgedJson(acknowledged) }),
  };
}

function acknowledgedJson({ id, reason, by, at, until }: Acknowledgement): object {
  return { id, reason, by, at: iso(at), until: until === null ? null : iso(until) };
}
