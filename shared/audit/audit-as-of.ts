import { FINDINGS } from '../contract/finding-codes.ts';
import type { AuditPolicy } from '../domain/audit-policy.ts';
import { type AuditReport, type FlowReport, VERDICTS } from '../domain/audit-report.ts';
import type { FindingCode } from '../domain/finding.ts';
import { type Flow, flowName } from '../domain/flow.ts';
import type { SaidThen } from '../domain/history/history-state.ts';
import { observationAsOf } from '../domain/history/observation-as-of.ts';
import { judgeFlow, partitionStates } from '../domain/judge-flow.ts';
import { PartitionMap } from '../domain/partition-map.ts';
import { TidemarkError } from '../errors.ts';
import { readStateAsOf, type StateAsOf } from '../history/read-history.ts';
import type { Clock, SnapshotStore } from '../ports.ts';
import type { AuditFilter } from './audit-filter.ts';
import { syncsTopicOf } from './read-mirror-topics.ts';

export interface AuditAsOfRequest {
  readonly flows: readonly Flow[];
  readonly policy: AuditPolicy;
  readonly store: SnapshotStore;
  /** ms since the epoch. */
  readonly asOf: number;
  readonly clock: Clock;
  readonly filter?: AuditFilter;
}

/** The history has nothing as old as was asked for, of any flow. */
export class NothingRecordedError extends TidemarkError {
  override readonly name = 'NothingRecordedError';

  constructor(flows: readonly string[], asOf: number) {
    super(
      'NOTHING_RECORDED',
      `the history holds nothing of ${flows.join(', ')} as of ${new Date(asOf).toISOString()}`,
      {
        remedy:
          '`tidemark snapshots list` shows what it holds; `tidemark watch` and every audit of a whole flow record.',
      },
    );
  }
}

/**
 * What the audits said at a time, from the history alone: neither cluster is asked. Verdict and reasons are those of
 * then; lag, loss and positions are judged again by what was recorded.
 *
 * @throws NothingRecordedError, DamagedFrameError, HistoryStoreError
 */
export async function auditAsOf(request: AuditAsOfRequest): Promise<AuditReport> {
  const { flows, policy, store, asOf, clock, filter = {} } = request;
  const reports: FlowReport[] = [];
  let at = 0;
  for (const flow of flows) {
    const found = await readStateAsOf(store, flowName(flow), asOf, clock.now());
    if (found === null) continue;
    at = Math.max(at, found.state.at);
    reports.push(flowAsOf(flow, found, policy, asOf, filter));
  }
  if (reports.length === 0) throw new NothingRecordedError(flows.map(flowName), asOf);
  return { at, flows: reports };
}

function flowAsOf(flow: Flow, found: StateAsOf, policy: AuditPolicy, asOf: number, filter: AuditFilter): FlowReport {
  const whole = observationAsOf(flow, found, syncsTopicOf(flow));
  const observation = {
    ...whole,
    topics: whole.topics.filter(({ topic }) => filter.topic?.(topic) ?? true),
    groups: whole.groups.filter(({ listing }) => filter.group?.(listing.group) ?? true),
  };
  const report = judgeFlow(observation, partitionStates(observation, new PartitionMap()), policy);
  const { said, unread } = found.state;
  const { heldUntil, thinned, passedOver } = found;
  return {
    ...report,
    ...(said === null ? {} : saidThen(report, said)),
    snapshot: { asOf, takenAt: found.state.at, heldUntil, thinned, passedOver, unread },
  };
}

/** Heartbeats and the like are not kept: what was said then counts, not what can be judged without them now. */
function saidThen(report: FlowReport, said: SaidThen): Pick<FlowReport, 'verdict' | 'reasons' | 'findings'> {
  return {
    verdict: VERDICTS.find((verdict) => verdict === said.verdict) ?? 'unknown',
    reasons: said.reasons.filter((code): code is FindingCode => code in FINDINGS),
    findings: report.findings.filter(({ code }) => said.reasons.includes(code)),
  };
}
