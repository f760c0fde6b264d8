import { iso } from '../../../shared/domain/model/iso-time.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';
import { json } from '../../../shared/text/json.ts';
import { findingJson } from '../../output/finding-json.ts';
import { mm2Json, tidemarkJson } from '../../output/position-json.ts';
import { type Stretch, timeOf } from './flow-period.ts';
import type { ReportData, ReportedFlow } from './report-data.ts';

/** The report as `tidemark.report/1` (docs/schema/report-1.json). */
export function renderReportJson({ from, to, madeAt, flows }: ReportData): string {
  const head = { schema: 'tidemark.report/1', from: iso(from), to: iso(to), madeAt: iso(madeAt) };
  return `${json({ ...head, flows: flows.map(flowJson) }, 1)}\n`;
}

function flowJson({ flow, rpoRecords, rtoSeconds, period, last, runs, audits }: ReportedFlow): object {
  const seconds = (is: 'kept' | 'broken' | 'unknown'): number => timeOf(period.rpo, is) / 1_000;
  return {
    flow,
    verdict: last.verdict,
    reasons: last.reasons,
    rpo: {
      records: rpoRecords,
      keptSeconds: seconds('kept'),
      brokenSeconds: seconds('broken'),
      unknownSeconds: seconds('unknown'),
      stretches: period.rpo.map(stretchJson),
    },
    rto: {
      seconds: rtoSeconds,
      runs: runs.map(({ assessedAt, tookMs, ...run }) => ({
        ...run,
        assessedAt: iso(assessedAt),
        tookSeconds: tookMs === null ? null : tookMs / 1_000,
      })),
    },
    verdicts: period.verdicts.map(stretchJson),
    losses: period.losses.map(({ at, records }) => ({ at: iso(at), records })),
    events: period.events.map(({ kind, at, ...what }) => ({ event: kind, at: iso(at), ...what })),
    groups: last.groups.map(groupJson),
    findings: last.findings.map(findingJson),
    audits: { ...audits, first: iso(audits.first), last: iso(audits.last) },
  };
}

function stretchJson<T>({ from, to, is }: Stretch<T>): object {
  return { from: iso(from), to: iso(to), is };
}

function groupJson({ group, topic, partition, committed, mm2, tidemark }: FlowReport['groups'][number]): object {
  return { group, topic, partition, committed, mm2: mm2Json(mm2), tidemark: tidemarkJson(tidemark) };
}
