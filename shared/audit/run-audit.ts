import type { TidemarkConfig } from '../config/tidemark-config.ts';
import { thinMapping } from '../domain/history/mapping-run.ts';
import { nextState } from '../domain/history/next-state.ts';
import { DEFAULT_RETENTION } from '../domain/history/retention.ts';
import { makeFinding } from '../domain/judge/findings/make-finding.ts';
import { judgeFlow } from '../domain/judge/judge-flow.ts';
import { refusedFlow } from '../domain/judge/refused-flow.ts';
import { withFinding } from '../domain/judge/weigh-findings.ts';
import { AuthenticationError, AuthorizationError, TidemarkError } from '../domain/model/errors.ts';
import type { Finding } from '../domain/model/finding.ts';
import { type Flow, flowName, oppositeOf } from '../domain/model/flow.ts';
import type { AuditReport, FlowReport } from '../domain/model/report.ts';
import type { AcknowledgementStore } from '../history/acknowledgement-store.ts';
import type { AuditHistory, FlowHistory } from '../history/audit-history.ts';
import type { Clock, ClusterReader, ConnectorReader, MirrorMetricsReader } from '../ports.ts';
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
  /** Opens the reader of a flow's connectors; null if the configuration names no Kafka Connect cluster for it. */
  readonly connectors?: (flow: string) => ConnectorReader | null;
  /** Opens the reader of what a flow's workers export; null if the configuration names no exporter for it. */
  readonly metrics?: (flow: string) => MirrorMetricsReader | null;
  readonly clock: Clock;
  readonly filter?: FlowFilter;
  /** What earlier audits in this process keep in memory. */
  readonly memory?: AuditMemory;
  /** Stores this audit and supplies earlier ones. If absent, nothing outlives the process. */
  readonly history?: AuditHistory;
  /** Findings that people know about. If absent, every finding counts. */
  readonly acknowledgements?: AcknowledgementStore;
  /** Compares records around group positions. If absent, the audit compares only a few records, other ones each time. */
  readonly verify?: VerifyOptions;
  /**
   * Called with the report of one flow as soon as it is done, so that no flow waits for another. It must not throw. The
   * audit ends after the last call has.
   */
  readonly finished?: (report: AuditReport) => Promise<void>;
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
 * Audits every flow of the configuration that matches the filter, side by side. What one cluster refuses or does not
 * answer changes only the flows that it belongs to. Only reads from Kafka.
 *
 * @throws AuthenticationError, AuthorizationError, NothingAuditedError if no flow could be audited
 */
export async function runAudit(request: AuditRequest): Promise<AuditReport> {
  const { config, clock, filter = {}, memory = new AuditMemory() } = request;
  const at = clock.now();
  const flows = config.flows.filter((flow) => filter.flow?.(flowName(flow)) ?? true);
  // All readers exist before the first flow begins: what one flow waits for takes no time from another's deadline.
  const aliases = new Set(flows.flatMap(({ source, target }) => [source, target]));
  const readers = new Map([...aliases].map((alias) => [alias, request.reader(alias)]));
  const readerOf = (alias: string): ClusterReader => {
    const reader = readers.get(alias);
    if (reader === undefined) throw new Error(`cluster ${alias} has no reader`);
    return reader;
  };
  try {
    const outcomes = await sideBySide(flows, async (flow) => {
      const outcome = await auditFlow(request, {
        flow,
        source: readerOf(flow.source),
        target: readerOf(flow.target),
        memory: memory.of(flowName(flow)),
        at,
      }).catch((error: unknown) => refusalOf(request, flow, at, error));
      await request.finished?.({ at, flows: [outcome.report] });
      return outcome;
    });
    throwIfNothingAudited(outcomes);
    return { at, flows: outcomes.map(({ report }) => report) };
  } finally {
    await Promise.all([...readers.values()].map((reader) => reader.close()));
  }
}

/** Flows that are audited at the same time. More would only take memory: one process judges them. */
const AT_ONCE = 8;

async function sideBySide<T>(flows: readonly Flow[], audit: (flow: Flow) => Promise<T>): Promise<T[]> {
  const outcomes = new Array<T>(flows.length);
  const pending = flows.entries();
  const worker = async () => {
    for (const [index, flow] of pending) outcomes[index] = await audit(flow);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

/** The result for one flow; the other flows do not depend on it. */
type FlowOutcome =
  | { readonly kind: 'audited'; readonly report: FlowReport }
  /** Neither cluster answered. */
  | { readonly kind: 'dead'; readonly report: FlowReport; readonly reasons: readonly string[] }
  /** A cluster refused the credentials, or lacks a permission for them. */
  | { readonly kind: 'refused'; readonly report: FlowReport; readonly error: Refusal };

type Refusal = AuthenticationError | AuthorizationError;

async function refusalOf(request: AuditRequest, flow: Flow, at: number, error: unknown): Promise<FlowOutcome> {
  if (!(error instanceof AuthenticationError || error instanceof AuthorizationError)) throw error;
  const { acknowledgements, clock, config, history } = request;
  const { inEffect, unreadable } = await readAcknowledgements(acknowledgements, flowName(flow), clock.now());
  const weights = { flow, rules: config.policy.rules, acknowledgements: inEffect };
  const refused = refusedFlow(error, weights);
  const report = unreadable === null ? refused : withFinding(refused, unreadable, weights);
  if (history?.announces === true && isWhole(request.filter)) {
    const kept = await history.open(flow, { source: null, target: null });
    await kept.announce?.({ report, isRefused: true, at, positions: config.policy.positions });
  }
  return { kind: 'refused', error, report };
}

function throwIfNothingAudited(outcomes: readonly FlowOutcome[]): void {
  if (outcomes.length === 0 || outcomes.some(({ kind }) => kind === 'audited')) return;
  // A refusal explains more than a cluster that does not answer.
  for (const outcome of outcomes) if (outcome.kind === 'refused') throw outcome.error;
  throw new NothingAuditedError(outcomes.flatMap((outcome) => (outcome.kind === 'dead' ? outcome.reasons : [])));
}

interface FlowAudit {
  readonly flow: Flow;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly memory: FlowMemory;
  /** When the audit of all flows began: ms since the epoch. */
  readonly at: number;
}

/** Surveys, judges and records one flow. @throws AuthenticationError, AuthorizationError */
async function auditFlow(request: AuditRequest, { flow, source, target, memory, at }: FlowAudit): Promise<FlowOutcome> {
  const { config, clock, filter = {}, history, verify, progress } = request;
  const kept: { history: FlowHistory | null } = { history: null };
  const opposite = oppositeOf(flow, config.flows);
  const { observation, states, groups, pairs, verification } = await surveyFlow({
    flow,
    opposite,
    policy: config.policy,
    source,
    target,
    connectors: request.connectors?.(flowName(flow)) ?? null,
    oppositeConnectors: opposite === null ? null : (request.connectors?.(flowName(opposite)) ?? null),
    metrics: request.metrics?.(flowName(flow)) ?? null,
    filter,
    memory,
    clock,
    connected: async (clusters) => {
      kept.history = (await history?.open(flow, clusters)) ?? null;
      // Another process may have recorded since: the history takes precedence over this process's memory.
      if (kept.history?.known != null) memory.known = kept.history.known;
    },
    ...(verify === undefined && config.policy.probeBudget === 0 ? {} : { verify: verify ?? 'routine' }),
    ...(progress === undefined ? {} : { progress }),
  });
  if (verification !== null) verify?.onVerified?.(verification);
  const { known } = memory;
  const acknowledged = await readAcknowledgements(request.acknowledgements, flowName(flow), clock.now());
  const weights = { flow, rules: config.policy.rules, acknowledgements: acknowledged.inEffect };
  const judged = judgeFlow(observation, states, config.policy, groups, acknowledged.inEffect);
  const report = acknowledged.unreadable === null ? judged : withFinding(judged, acknowledged.unreadable, weights);
  const { sourceDown, targetDown } = observation;
  const outcomeOf = (judged: FlowReport): FlowOutcome =>
    sourceDown === null || targetDown === null
      ? { kind: 'audited', report: judged }
      : { kind: 'dead', report: judged, reasons: [sourceDown.message, targetDown.message] };
  // A filtered audit does not cover the whole flow, so it is not the flow's state.
  if (!isWhole(filter)) return outcomeOf(report);
  await kept.history?.announce?.({ report, isRefused: false, at, positions: config.policy.positions });
  // Record under the report's time, unless another process recorded since then: then under the time of the reads.
  const began = (kept.history?.known?.heldUntil ?? 0) < at ? at : observation.at;
  const state = nextState(known, { ...observation, at: began }, states, report, pairs);
  const recorded = (await kept.history?.record(state)) ?? null;
  if (recorded?.known == null) thinMapping(state, DEFAULT_RETENTION.mappingPoints);
  memory.known = recorded?.known ?? { state, heldUntil: state.at };
  const failure = recorded?.failure ?? null;
  const whole = failure === null ? report : withFinding(report, notRecorded(failure), weights);
  await endClosedAcknowledgements(request.acknowledgements, acknowledged, whole, at);
  return outcomeOf(whole);
}

function isWhole({ group, topic }: FlowFilter = {}): boolean {
  return group === undefined && topic === undefined;
}

function notRecorded(failure: string): Finding {
  return makeFinding('HISTORY_NOT_RECORDED', {}, `this audit was not stored in the history: ${failure}`, {
    error: failure,
  });
}
