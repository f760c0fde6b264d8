import { sawEveryFlow } from '../../shared/audit/project-metrics.ts';
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

function summarizeFlow({ flow, verdict, reasons, findings, unread }: FlowReport): FlowSummary {
  const notRecorded = findings.find((finding) => finding.code === 'HISTORY_NOT_RECORDED');
  const critical = findings.filter((finding) => finding.severity === 'critical');
  return {
    flow,
    verdict,
    reasons,
    critical: critical.slice(0, SHOWN).map(({ code, message }) => `${code}: ${message}`),
    unread: unread.slice(0, SHOWN).map(({ cluster, what, error }) => `${cluster}: ${what}: ${error}`),
    ...(notRecorded !== undefined && { notRecorded: notRecorded.message }),
  };
}
