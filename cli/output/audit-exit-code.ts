import { FINDINGS, isAsBadAs, type Severity } from '../../shared/contract/finding-codes.ts';
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
  // The history keeps the codes of the findings, not their evidence.
  return snapshot === null ? found : [...found, ...reasons.map((code) => FINDINGS[code].severity)];
}
