import { InvalidArgumentError } from 'commander';
import { PROMETHEUS_CONTENT_TYPE } from '../../../shared/adapters/prometheus/prometheus-text.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import { NothingRecordedError } from '../../../shared/history/history-errors.ts';
import { pointInTime } from '../../options/point-in-time.ts';
import { renderAuditJson } from '../../output/audit-json.ts';
import { type Answer, errorAnswer } from './answer.ts';
import type { LagLog } from './lag-log.ts';
import type { MetricsText } from './metrics-text.ts';
import type { PastAudits } from './past-audits.ts';
import type { ServedAudits } from './served-audits.ts';

/** What the routes answer from. */
export interface Served {
  readonly audits: ServedAudits;
  readonly metrics: MetricsText;
  readonly lag: LagLog;
  /** Null if the history is off. */
  readonly past: PastAudits | null;
  readonly now: () => number;
}

/** Answers a GET; the query is the URL's. */
export type Route = (query: URLSearchParams, served: Served) => Promise<Answer>;

/** Paths for programs. */
export const API_ROUTES: Readonly<Record<string, Route>> = {
  '/metrics': async (_, { audits, metrics, now }) => ({
    status: 200,
    type: PROMETHEUS_CONTENT_TYPE,
    body: await metrics.text(audits, now()),
  }),
  '/api/audit': async (query, served) => {
    const unknown = [...query.keys()].find((key, index) => key !== 'as-of' || index > 0);
    // A mistyped time must not be answered with the present.
    if (unknown !== undefined) {
      return errorAnswer(400, 'BAD_PARAMETER', `"${unknown}" is no parameter here: there is as-of, once`);
    }
    const asked = query.get('as-of');
    const report = asked === null ? presentReport(served) : await pastReport(asked, served);
    if ('status' in report) return report;
    return { status: 200, type: 'application/json; charset=utf-8', body: renderAuditJson(report) };
  },
};

/** As `tidemark audit --format json` prints it. A failed or old audit is no answer to what is now. */
function presentReport({ audits, now }: Served): AuditReport | Answer {
  const { report, failure } = audits;
  if (failure !== null) return errorAnswer(503, failure.code, failure.message);
  if (report === null) return errorAnswer(503, 'NOT_AUDITED_YET', 'the first audit is under way');
  if (!audits.isCurrent(now())) return errorAnswer(503, 'AUDIT_TOO_OLD', 'audits no longer end: see /healthz');
  return report;
}

/** As `tidemark audit --as-of` prints it. */
async function pastReport(asked: string, { past, now }: Served): Promise<AuditReport | Answer> {
  if (past === null) return errorAnswer(404, 'HISTORY_OFF', 'the history is off');
  try {
    return await past.at(pointInTime(asked, now()));
  } catch (error) {
    return pastFailure(error);
  }
}

/** What an answer about the past says instead. @throws what is a defect */
export function pastFailure(error: unknown): Answer {
  if (error instanceof InvalidArgumentError) return errorAnswer(400, 'BAD_TIME', `as-of: ${error.message}`);
  if (error instanceof NothingRecordedError) return errorAnswer(404, error.code, error.message);
  if (error instanceof TidemarkError) return errorAnswer(503, error.code, error.message);
  throw error;
}
