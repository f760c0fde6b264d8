import { sawEveryFlow } from '../../shared/audit/project-metrics.ts';
import { countedFindings } from '../../shared/domain/judge/acknowledgements.ts';
import type { AuditReport, FlowReport, Verdict } from '../../shared/domain/model/report.ts';

/** Keeps the log line readable; the metrics have the counts. */
const SHOWN = 10;

/** The result of one invocation, for its log line and its response. */
export interface AuditSummary {
  readonly at: string;
  /** False if a flow could not be judged; the heartbeat metric is then 0. */
  readonly completed: boolean;
  readonly flows: readonly FlowSummary[];
}

export interface FlowSummary {
  readonly flow: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** The first critical findings. */
  readonly critical: readonly string[];
  /** The first failed reads: they explain unknown values. */
  readonly unread: readonly string[];
  /** How many findings people have acknowledged; absent if none. */
  readonly acknowledged?: number;
  /** How many findings rules turned off; absent if none. */
  readonly suppressed?: number;
  /** Why the audit was not stored in the history; absent if it was. */
  readonly notRecorded?: string;
}

export function summarize(report: AuditReport): AuditSummary {
  return {
    at: new Date(report.at).toISOString(),
    completed: sawEveryFlow(report),
    flows: report.flows.map(summarizeFlow),
  };
}

function summarizeFlow({ flow, verdict, reasons, findings, suppressed, unread }: FlowReport): FlowSummary {
  const counted = countedFindings(findings);
  const acknowledged = findings.length - counted.length;
  const notRecorded = findings.find((finding) => finding.code === 'HISTORY_NOT_RECORDED');
  const critical = counted.filter((finding) => finding.severity === 'critical');
  return {
    flow,
    verdict,
    reasons,
    critical: critical.slice(0, SHOWN).map(({ code, message }) => `${code}: ${message}`),
    unread: unread.slice(0, SHOWN).map(({ cluster, what, error }) => `${cluster}: ${what}: ${error}`),
    ...(acknowledged > 0 && { acknowledged }),
    ...(suppressed.length > 0 && { suppressed: suppressed.length }),
    ...(notRecorded !== undefined && { notRecorded: notRecorded.message }),
  };
}
