import { FINDINGS, type FindingCode } from '../contract/finding-codes.ts';
import type { SaidThen } from '../domain/history/history-state.ts';
import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import { judgeFlow } from '../domain/judge/judge-flow.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import { type AuditReport, type FlowReport, type Lag, type Loss, VERDICTS } from '../domain/model/report.ts';
import type { AcknowledgementStore } from '../history/acknowledgement-store.ts';
import { NothingRecordedError } from '../history/history-errors.ts';
import type { SnapshotStore } from '../history/snapshot-store.ts';
import type { Clock } from '../ports.ts';
import type { FlowFilter } from '../survey/flow-filter.ts';
import { surveyAsOf } from '../survey/survey-as-of.ts';
import { readAcknowledgements } from './flow-acknowledgements.ts';

export interface AuditAsOfRequest {
  readonly flows: readonly Flow[];
  readonly policy: AuditPolicy;
  readonly store: SnapshotStore;
  readonly acknowledgements: AcknowledgementStore;
  /** ms since the epoch. */
  readonly asOf: number;
  readonly clock: Clock;
  readonly filter?: FlowFilter;
}

/**
 * The audit report as of a time, from the history alone; it reads neither cluster. Verdict and reasons are those of the
 * recorded audit. Lag, loss and positions are judged again from the recorded state.
 *
 * @throws NothingRecordedError, DamagedFrameError, HistoryStoreError
 */
export async function auditAsOf(request: AuditAsOfRequest): Promise<AuditReport> {
  const { flows, policy, store, acknowledgements, asOf, clock, filter } = request;
  const reports: FlowReport[] = [];
  let at = 0;
  for (const flow of flows) {
    const then = await surveyAsOf(store, flow, asOf, clock.now(), filter);
    if (then === null) continue;
    const { observation, states, origin, said } = then;
    const { inEffect, unreadable } = await readAcknowledgements(acknowledgements, flowName(flow), origin.takenAt);
    const report = judgeFlow(observation, states, policy, undefined, inEffect);
    at = Math.max(at, origin.takenAt);
    const past = { ...asBounds(report), ...(said === null ? {} : saidThen(report, said)), snapshot: origin };
    reports.push(unreadable === null ? past : { ...past, findings: [...past.findings, unreadable] });
  }
  if (reports.length === 0) throw new NothingRecordedError(flows.map(flowName), asOf);
  return { at, flows: reports };
}

/**
 * The history keeps offsets, and not what looks at records have shown: that the target's last record is the expected one, or that
 * offsets hold no record. So a loss and a lag are upper bounds, also where the audit of that time could prove less.
 */
function asBounds(report: FlowReport): FlowReport {
  const partitions = report.partitions.map((one) => ({ ...one, lag: asEstimate(one.lag) }));
  return { ...report, loss: asEstimate(report.loss), partitions };
}

function asEstimate<T extends Loss | Lag>(count: T): T {
  return count.kind === 'known' && count.records > 0n ? { ...count, basis: 'estimated' } : count;
}

/** The history stores no heartbeats, so the recorded verdict counts, not one that is judged without them. */
function saidThen(report: FlowReport, said: SaidThen): Pick<FlowReport, 'verdict' | 'reasons' | 'findings'> {
  return {
    verdict: VERDICTS.find((verdict) => verdict === said.verdict) ?? 'unknown',
    reasons: said.reasons.filter((code): code is FindingCode => code in FINDINGS),
    findings: report.findings.filter(
      ({ code, acknowledged }) => acknowledged !== undefined || said.reasons.includes(code),
    ),
  };
}
