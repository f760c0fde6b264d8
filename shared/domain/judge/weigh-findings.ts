import type { Acknowledgement, Finding, SuppressedFinding } from '../model/finding.ts';
import type { Flow } from '../model/flow.ts';
import type { FlowReport, GroupReport } from '../model/report.ts';
import { applyAcknowledgements, countedFindings } from './acknowledgements.ts';
import type { AuditRule } from './audit-policy.ts';
import { applyRules } from './audit-rules.ts';
import { worstFirst } from './findings/make-finding.ts';
import { reasonsOf, worsened } from './verdict.ts';

/** What people have said of findings: in the configuration, and one by one. */
export interface FindingWeights {
  readonly flow: Flow;
  readonly rules: readonly AuditRule[];
  /** Of this flow, those in effect at the time of the audit. */
  readonly acknowledgements: readonly Acknowledgement[];
}

/**
 * The findings with their final severities, worst first, each with its acknowledgement; and those turned off.
 * @param groups all of the report, for rules by topic
 */
export function weighFindings(
  found: readonly Finding[],
  groups: readonly GroupReport[],
  { flow, rules, acknowledgements }: FindingWeights,
): { readonly findings: readonly Finding[]; readonly suppressed: readonly SuppressedFinding[] } {
  let byGroup: Map<string, readonly GroupReport[]> | undefined;
  const topicsOfGroup = (group: string): readonly string[] => {
    byGroup ??= Map.groupBy(groups, (one) => one.group);
    return (byGroup.get(group) ?? []).map(({ topic }) => topic);
  };
  const { findings, suppressed } = applyRules(found, rules, { flow, topicsOfGroup });
  return { findings: applyAcknowledgements(worstFirst(findings), acknowledgements), suppressed };
}

/** The report with a finding that came up after the flow was judged. It never improves the verdict. */
export function withFinding(report: FlowReport, late: Finding, weights: FindingWeights): FlowReport {
  const { findings, suppressed } = weighFindings([late], report.groups, weights);
  const added = countedFindings(findings);
  return {
    ...report,
    verdict: added.reduce((verdict, { severity }) => worsened(verdict, severity), report.verdict),
    reasons: [...new Set([...report.reasons, ...reasonsOf(added)])],
    findings: worstFirst([...report.findings, ...findings]),
    suppressed: [...report.suppressed, ...suppressed],
  };
}
