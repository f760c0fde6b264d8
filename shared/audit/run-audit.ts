import type { TidemarkConfig } from '../config/tidemark-config.ts';
import { thinMapping } from '../domain/history/mapping-run.ts';
import { nextState } from '../domain/history/next-state.ts';
import { DEFAULT_RETENTION } from '../domain/history/retention.ts';
import { makeFinding } from '../domain/judge/findings/make-finding.ts';
import { judgeFlow } from '../domain/judge/judge-flow.ts';
import { withFinding } from '../domain/judge/weigh-findings.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import type { Finding } from '../domain/model/finding.ts';
import { type Flow, flowName, oppositeOf } from '../domain/model/flow.ts';
import type { AuditReport, FlowReport } from '../domain/model/report.ts';
import type { AcknowledgementStore } from '../history/acknowledgement-store.ts';
import type { AuditHistory } from '../history/audit-history.ts';
import type { Clock, ClusterReader } from '../ports.ts';
import type { FlowFilter } from '../survey/flow-filter.ts';
import type { FlowMemory } from '../survey/flow-memory.ts';
import { surveyFlow } from '../survey/survey-flow.ts';
import type { VerifyOptions } from '../survey/verify-positions.ts';
import { AuditMemory } from './audit-memory.ts';
import { endClosedAcknowledgements, readAcknowledgements } from './flow-acknowledgements.ts';

export interface AuditRequest {
  readonly config: TidemarkConfig;
  /** Opens a reader for the cluster with this alias; the audit closes it. */
  readonly reader: (alias: string) => ClusterReader;
  readonly clock: Clock;
  readonly filter?: FlowFilter;
  /** What earlier audits in this process keep in memory. */
  readonly memory?: AuditMemory;
  /** Stores this audit and supplies earlier ones. If absent, nothing outlives the process. */
  readonly history?: AuditHistory;
  /** Findings that people know about. If absent, every finding counts. */
  readonly acknowledgements?: AcknowledgementStore;
  /** Compares records around group positions. If absent, positions rely on MM2's offset syncs. */
  readonly verify?: VerifyOptions;
  /** Called at each step, to show progress. */
  readonly progress?: (step: string) => void;
}

/** No flow could be judged: neither cluster of any flow answered. */
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
 * Audits every flow of the configuration that matches the filter. Only reads from Kafka.
 *
 * @throws AuthenticationError, AuthorizationError, NothingAuditedError
 */
export async function runAudit(request: AuditRequest): Promise<AuditReport> {
  const { config, clock, filter = {}, memory = new AuditMemory() } = request;
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
    // A flow's unused budget goes to the next flows.
    let bytesLeft = request.verify?.budgetBytes ?? 0;
    for (const [index, flow] of flows.entries()) {
      const source = readerOf(flow.source);
      const target = readerOf(flow.target);
      const flowMemory = memory.of(flowName(flow));
      const budgetBytes = Math.floor(bytesLeft / (flows.length - index));
      const audited = await auditFlow(request, { flow, source, target, memory: flowMemory, at, budgetBytes });
      bytesLeft -= audited.bytesCompared;
      dead.push(...audited.dead);
      reports.push(audited.report);
    }
    if (flows.length > 0 && dead.length === 2 * flows.length) throw new NothingAuditedError(dead);
    return { at, flows: reports };
  } finally {
    await Promise.all([...readers.values()].map((reader) => reader.close()));
  }
}

interface FlowAudit {
  readonly flow: Flow;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly memory: FlowMemory;
  /** When the audit of all flows began: ms since the epoch. */
  readonly at: number;
  /** Bytes of records that may be read to compare them. */
  readonly budgetBytes: number;
}

/** Surveys, judges and records one flow. `dead` has the two errors if neither side could be read, else it is empty. */
async function auditFlow(
  request: AuditRequest,
  { flow, source, target, memory, at, budgetBytes }: FlowAudit,
): Promise<{ readonly report: FlowReport; readonly bytesCompared: number; readonly dead: readonly string[] }> {
  const { config, clock, filter = {}, history, verify, progress } = request;
  const recorder = (await history?.open(flow)) ?? null;
  // Another process may have recorded since: the history takes precedence over this process's memory.
  if (recorder?.known != null) memory.known = recorder.known;
  const known = memory.known;
  const { observation, states, verification } = await surveyFlow({
    flow,
    opposite: oppositeOf(flow, config.flows),
    policy: config.policy,
    source,
    target,
    filter,
    memory,
    now: () => clock.now(),
    ...(verify === undefined ? {} : { verify: { ...verify, budgetBytes } }),
    ...(progress === undefined ? {} : { progress }),
  });
  if (verification !== null) verify?.onVerified?.(verification);
  const acknowledged = await readAcknowledgements(request.acknowledgements, flowName(flow), clock.now());
  const weights = { flow, rules: config.policy.rules, acknowledgements: acknowledged.inEffect };
  const judged = judgeFlow(observation, states, config.policy, acknowledged.inEffect);
  const report = acknowledged.unreadable === null ? judged : withFinding(judged, acknowledged.unreadable, weights);
  const { sourceDown, targetDown } = observation;
  const dead = sourceDown !== null && targetDown !== null ? [sourceDown.message, targetDown.message] : [];
  const bytesCompared = verification?.bytes ?? 0;
  // A filtered audit does not cover the whole flow, so it is not the flow's state.
  if (filter.group !== undefined || filter.topic !== undefined) return { report, bytesCompared, dead };
  // Record under the report's time, unless another process recorded since then: then under the time of the reads.
  const began = (recorder?.known?.heldUntil ?? 0) < at ? at : observation.at;
  const state = nextState(known, { ...observation, at: began }, states, report, verification?.pairs);
  const outcome = (await recorder?.record(state)) ?? null;
  if (outcome?.known == null) thinMapping(state, DEFAULT_RETENTION.mappingPoints);
  memory.known = outcome?.known ?? { state, heldUntil: state.at };
  const failure = outcome?.failure ?? null;
  const whole = failure === null ? report : withFinding(report, notRecorded(failure), weights);
  await endClosedAcknowledgements(request.acknowledgements, acknowledged, whole, at);
  return { report: whole, bytesCompared, dead };
}

function notRecorded(failure: string): Finding {
  return makeFinding('HISTORY_NOT_RECORDED', {}, `this audit was not stored in the history: ${failure}`, {
    error: failure,
  });
}
