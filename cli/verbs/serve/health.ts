import { iso } from '../../../shared/domain/model/iso-time.ts';
import { type Answer, jsonAnswer } from './answer.ts';
import type { ServedAudits } from './served-audits.ts';

/**
 * `/healthz`, for a liveness probe: 503 if audits no longer end, which a restart may help. A cluster that is down is none
 * of its business. It names neither clusters nor errors, because it needs no token.
 */
export function health(audits: ServedAudits, now: number): Answer {
  const { endedAt, patienceMs, startedAt, failure, report } = audits;
  const seconds = (since: number): string => `${Math.round((now - since) / 1_000)} s ago`;
  const lastAudit = endedAt === null ? null : iso(endedAt);
  const limit = `${patienceMs / 1_000} s`;
  if (audits.isStuck(now)) {
    const why =
      endedAt === null
        ? `no audit has ended since the start ${seconds(startedAt)}, more than ${limit}`
        : `the last audit ended ${seconds(endedAt)}, more than ${limit}`;
    return jsonAnswer(503, { status: 'stuck', why, lastAudit });
  }
  if (endedAt === null) return jsonAnswer(200, { status: 'starting', why: 'the first audit is under way', lastAudit });
  const why =
    failure === null
      ? `the last audit ended ${seconds(endedAt)}`
      : `the last audit failed ${seconds(endedAt)}, and the next will try again`;
  return jsonAnswer(200, { status: 'ok', why, lastAudit, lastReport: report === null ? null : iso(report.at) });
}
