import type { TidemarkConfig } from '../config/tidemark-config.ts';
import type { AuditReport, FlowReport } from '../domain/audit-report.ts';
import { makeFinding, worstFirst } from '../domain/findings/make-finding.ts';
import { type Flow, flowName } from '../domain/flow.ts';
import { nextState } from '../domain/history/next-state.ts';
import { DEFAULT_RETENTION } from '../domain/history/retention.ts';
import { thinMapping } from '../domain/history/thin-mapping.ts';
import { judgeFlow, partitionStates } from '../domain/judge-flow.ts';
import type { FlowObservation } from '../domain/observation.ts';
import type { PartitionMap } from '../domain/partition-map.ts';
import type { RecordEvidence } from '../domain/partition-state.ts';
import { TidemarkError } from '../errors.ts';
import type { Clock, ClusterReader } from '../ports.ts';
import { type FlowVerification, type VerifyOptions, verifyPositions } from '../verify/verify-positions.ts';
import type { AuditFilter } from './audit-filter.ts';
import type { AuditHistory } from './audit-history.ts';
import { AuditMemory } from './audit-memory.ts';
import { lookAtRecords } from './look-at-records.ts';
import { observeFlow } from './observe-flow.ts';

export interface AuditRequest {
  readonly config: TidemarkConfig;
  /** Makes a reader of the cluster with this alias; the audit closes it. */
  readonly reader: (alias: string) => ClusterReader;
  readonly clock: Clock;
  readonly filter?: AuditFilter;
  /** What earlier audits of this process knew. */
  readonly memory?: AuditMemory;
  /** What all earlier audits knew, and where this one is kept; absent: nothing outlives the process. */
  readonly history?: AuditHistory;
  /** Compares records around group positions; absent: positions rest on what MM2 wrote. */
  readonly verify?: VerifyOptions;
  /** Told of each step, for whoever waits. */
  readonly progress?: (step: string) => void;
}

/** No flow could be judged at all: neither side of any answered. */
export class NothingAuditedError extends TidemarkError {
  override readonly name = 'NothingAuditedError';

  constructor(reasons: readonly string[]) {
    super('NOTHING_AUDITED', `no flow could be audited: ${[...new Set(reasons)].join('; ')}`, {
      remedy: 'check the bootstrap servers and the network with `tidemark doctor`',
      retriable: true,
    });
  }
}

/**
 * Audits every flow of the configuration that the filter lets through. Only reads.
 *
 * @throws AuthenticationError, AuthorizationError, NothingAuditedError
 */
export async function runAudit(request: AuditRequest): Promise<AuditReport> {
  const { config, clock, filter = {}, memory = new AuditMemory(), history, progress = () => {} } = request;
  const at = clock.now();
  const flows = config.flows.filter((flow) => filter.flow?.(flowName(flow)) ?? true);
  const readers = new Map<string, ClusterReader>();
  const readerOf = (alias: string): ClusterReader => {
    const reader = readers.get(alias) ?? request.reader(alias);
    readers.set(alias, reader);
    return reader;
  };
  try {
    const reports: FlowReport[] = [];
    const dead: string[] = [];
    // What one flow leaves of the budget goes to the next.
    const toCompare = { bytes: request.verify?.budgetBytes ?? 0, flows: flows.length };
    for (const flow of flows) {
      progress(`reading ${flowName(flow)}`);
      const source = readerOf(flow.source);
      const target = readerOf(flow.target);
      const flowMemory = memory.of(flowName(flow));
      const kept = history === undefined ? null : await history.open(flow);
      // What others recorded since counts for more than what this process remembers.
      if (kept?.known != null) flowMemory.known = kept.known;
      const observation = await observeFlow({
        flow,
        source,
        target,
        opposite: oppositeOf(flow, config.flows),
        filter,
        memory: flowMemory,
        now: () => clock.now(),
      });
      const { sourceDown, targetDown } = observation;
      if (sourceDown !== null && targetDown !== null) dead.push(sourceDown.message, targetDown.message);
      progress(`comparing records of ${flowName(flow)}`);
      const looked = await lookAtRecords(observation, source, target, config.policy);
      const { evidence, pairs } = await verified(request, observation, looked, { source, target }, toCompare);
      const states = partitionStates(observation, evidence);
      const judged = judgeFlow(observation, states, config.policy);
      // A part of a flow is no state of it.
      const whole = filter.group === undefined && filter.topic === undefined;
      if (!whole) {
        reports.push(judged);
        continue;
      }
      // It is asked for again by the report's time; where another process recorded since then, by that of its reading.
      const began = (kept?.known?.heldUntil ?? 0) < at ? at : observation.at;
      const state = nextState({ ...observation, at: began }, states, judged, pairs);
      const outcome = kept === null ? null : await kept.record(state);
      if (outcome?.known == null) thinMapping(state, DEFAULT_RETENTION.mappingPoints);
      flowMemory.known = outcome?.known ?? { state, heldUntil: state.at };
      reports.push(outcome?.failure == null ? judged : notRecorded(judged, outcome.failure));
    }
    if (flows.length > 0 && dead.length === 2 * flows.length) throw new NothingAuditedError(dead);
    return { at, flows: reports };
  } finally {
    await Promise.all([...readers.values()].map((reader) => reader.close()));
  }
}

function oppositeOf(flow: Flow, flows: readonly Flow[]): Flow | null {
  return flows.find(({ source, target }) => source === flow.target && target === flow.source) ?? null;
}

/** The evidence with what comparing records around group positions adds to it. */
async function verified(
  request: AuditRequest,
  observation: FlowObservation,
  evidence: PartitionMap<RecordEvidence>,
  readers: { readonly source: ClusterReader; readonly target: ClusterReader },
  budget: { bytes: number; flows: number },
): Promise<Pick<FlowVerification, 'evidence' | 'pairs'>> {
  const { verify, progress } = request;
  const share = Math.floor(budget.bytes / budget.flows--);
  if (verify === undefined || observation.sourceDown !== null || observation.targetDown !== null) {
    return { evidence, pairs: [] };
  }
  const name = flowName(observation.flow);
  const verification = await verifyPositions(observation, evidence, readers.source, readers.target, {
    ...verify,
    budgetBytes: share,
    progress: (done, of) => progress?.(`comparing records of ${name}: ${done} of ${of} partitions`),
  });
  budget.bytes -= verification.bytes;
  verify.onVerified?.(verification);
  return verification;
}

function notRecorded(report: FlowReport, failure: string): FlowReport {
  const finding = makeFinding('HISTORY_NOT_RECORDED', {}, `this audit is not kept in the history: ${failure}`, {
    error: failure,
  });
  return {
    ...report,
    reasons: [...report.reasons, finding.code],
    findings: worstFirst([...report.findings, finding]),
  };
}
