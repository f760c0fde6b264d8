import { type FindingCode, isAsBadAs, type Severity } from '../../shared/contract/finding-codes.ts';
import { countedFindings } from '../../shared/domain/judge/acknowledgements.ts';
import type { AuditReport, FlowReport } from '../../shared/domain/model/report.ts';
import { ExitCode } from './exit-code.ts';

/** `--fail-on`. */
export type FailOn = Severity | 'never';

/** 3 where no flow could be judged; else 1 from the chosen severity on. */
export function auditExitCode(report: AuditReport, failOn: FailOn): ExitCode {
  const judged = report.flows.some(
    (flow) => flow.verdict !== 'unknown' || flow.findings.length + flow.suppressed.length > 0,
  );
  if (!judged && report.flows.length > 0) return ExitCode.couldNotAudit;
  if (failOn === 'never') return ExitCode.fine;
  const found = report.flows.some((flow) => severitiesOf(flow).some((severity) => isAsBadAs(severity, failOn)));
  return found ? ExitCode.critical : ExitCode.fine;
}

/** Of the findings that count, and of the verdict: it can be worse than all of them, for some faults always hold. */
function severitiesOf({ findings, reasons, verdict, snapshot }: FlowReport): readonly Severity[] {
  const found = countedFindings(findings).map(({ severity }) => severity);
  if (verdict === 'not-ready') found.push('critical');
  if (verdict === 'at-risk') found.push('warning');
  if (snapshot === null) return found;
  // The history keeps the codes of the findings, not how severe each was. It was a warning at least, and if it was
  // critical, the verdict tells, except of these two.
  return [...found, ...reasons.map((code) => (LEAVE_THE_VERDICT.has(code) ? 'critical' : 'warning'))];
}

/** Critical findings with which a flow can be at risk or unknown: without its source, or where a cluster refuses Tidemark. */
const LEAVE_THE_VERDICT: ReadonlySet<FindingCode> = new Set(['CLUSTER_UNREACHABLE', 'ACCESS_REFUSED']);
