import { randomBytes } from 'node:crypto';
import { type ApprovalSubject, hashOfSubject } from '../domain/failover/approval-subject.ts';
import { clientsElsewhere, type EarlierRun } from '../domain/failover/clients-elsewhere.ts';
import { NO_ENTRY, sealed } from '../domain/failover/evidence-chain.ts';
import { type Gate, type GateCode, gatesOf } from '../domain/failover/gates.ts';
import type { RunMode } from '../domain/failover/step-name.ts';
import type { Json } from '../domain/model/canonical-json.ts';
import { ClusterUnreachableError } from '../domain/model/errors.ts';
import { type ClusterRole, flowName } from '../domain/model/flow.ts';
import { matchesGlob } from '../domain/model/name-glob.ts';
import { costOf, type FlowReport } from '../domain/model/report.ts';
import { gatesOfWayBack } from './assess-way-back.ts';
import { earlierRuns } from './earlier-runs.ts';
import type { RunStore } from './run-store.ts';
import { sha256 } from './sha256.ts';
import type { FailoverWorld } from './step.ts';
import { stepsOf } from './steps/index.ts';
import type { WayBack } from './way-back.ts';

export interface AssessRequest {
  readonly world: FailoverWorld;
  /** The runs of all flows: one of them may have led the clients elsewhere. */
  readonly runs: Pick<RunStore, 'runs' | 'read'>;
  readonly mode: RunMode;
  /** Names or globs of the groups to place. */
  readonly groups: readonly string[];
  /** Gates that a person accepts. */
  readonly accept: readonly GateCode[];
  readonly progress?: (step: string) => void;
}

export interface Assessment {
  readonly subject: ApprovalSubject;
  readonly hash: string;
  /** All that speaks against it, accepted or not. */
  readonly gates: readonly Gate[];
  readonly report: FlowReport;
  /** The numbers of this moment. */
  readonly figures: Json;
}

/**
 * Says what a failover now would do, and what speaks against it. Writes nothing to Kafka.
 * @throws AuthenticationError, AuthorizationError, NothingAuditedError
 */
export async function assessFailover(request: AssessRequest): Promise<Assessment> {
  const { world, runs, mode, accept, progress = () => {} } = request;
  progress(`auditing ${flowName(world.flow)}`);
  const { source, target, report, earlier } = await lookAround(world, runs);
  const away = world.back?.origin.renames === true && source.kind === 'up' ? await world.back.groupsAway() : [];
  const groups = [...new Set([...report.groups.map((one) => one.group), ...away])]
    .filter((group) => request.groups.some((pattern) => matchesGlob(pattern, group)))
    .sort();
  const down = { source: source.kind === 'down', target: target.kind === 'down' };
  const scope = { mode, topics: topicsOf(report), groups };
  const ofMode =
    mode === 'failback'
      ? await gatesOfWayBack(requireBack(world), scope, down)
      : gatesOf({
          mode,
          report,
          sourceDown: down.source,
          targetDown: down.target,
          rpoRecords: world.rpoRecords,
          hasMirrorControl: world.mirror !== null,
          hasFence: world.fence !== null,
          groups: new Set(groups),
          now: world.clock.now(),
        });
  const elsewhere = clientsElsewhere(world.flow.source, namesOnSource(world, scope.topics), earlier);
  const gates = elsewhere === null ? ofMode : [...ofMode, elsewhere];
  const accepted = gates.filter(({ code, isFinal }) => !isFinal && accept.includes(code));
  const subject: ApprovalSubject = {
    flow: flowName(world.flow),
    ...scope,
    ...takesBack(world, mode),
    chosen: [...request.groups],
    clusters: { source: idOf(source), target: idOf(target) },
    rpoRecords: world.rpoRecords?.toString() ?? null,
    rtoSeconds: world.rtoSeconds,
    accepted: accepted.map(({ code }) => code).sort(),
    refused: gates
      .filter((gate) => !accepted.includes(gate))
      .map(({ code }) => code)
      .sort(),
    steps: stepsOf(mode).map((step) => {
      const skipped = step.skip(world, mode);
      return { step: step.name, skipped, actions: skipped === null ? step.describe(world, scope) : [] };
    }),
  };
  return { subject, hash: hashOfSubject(subject, sha256), gates, report, figures: figuresOf(report, groups) };
}

/** All at once: of a black hole, each look at the source takes seconds. What refuses a cluster's id says more than the audit. */
async function lookAround(
  world: FailoverWorld,
  runs: AssessRequest['runs'],
): Promise<{
  readonly source: ClusterNow;
  readonly target: ClusterNow;
  readonly report: FlowReport;
  readonly earlier: readonly EarlierRun[];
}> {
  const all = await Promise.allSettled([
    clusterId(world, 'source'),
    clusterId(world, 'target'),
    world.audit(),
    earlierRuns(runs),
  ]);
  const [source, target, report, earlier] = all;
  if (source.status === 'rejected') throw source.reason;
  if (target.status === 'rejected') throw target.reason;
  if (report.status === 'rejected') throw report.reason;
  if (earlier.status === 'rejected') throw earlier.reason;
  return { source: source.value, target: target.value, report: report.value, earlier: earlier.value };
}

/** A failback also moves groups of topics that the flow that leads back does not mirror: copies under other names. */
function namesOnSource({ back }: FailoverWorld, topics: ApprovalSubject['topics']): readonly string[] {
  const copies = back?.origin.topics.map(({ targetTopic }) => targetTopic) ?? [];
  return [...topics.map(({ topic }) => topic), ...copies];
}

function requireBack(world: FailoverWorld): FailoverWorld & { readonly back: WayBack } {
  const { back } = world;
  if (back === undefined) throw new Error('a failback has the failover that it takes back');
  return { ...world, back };
}

function takesBack({ back }: FailoverWorld, mode: RunMode): Pick<ApprovalSubject, 'takesBack'> {
  return mode === 'failback' && back !== undefined
    ? { takesBack: { run: back.origin.run, head: back.origin.head } }
    : {};
}

/** Stores an assessment as the beginning of a run, which waits for its approval. Returns the run's id. */
export async function beginRun(
  store: RunStore,
  { subject, hash, figures }: Assessment,
  options: { readonly by: string; readonly at: number; readonly validForMs: number; readonly run?: string },
): Promise<string> {
  const { by, at, validForMs, run = runId(at, randomBytes(4).toString('hex')) } = options;
  const event = { kind: 'assessed', subject, hash, figures, by, expiresAt: at + validForMs } as const;
  const answer = await store.append(
    subject.flow,
    sealed({ run, seq: 0, at, epoch: 0, event, previous: NO_ENTRY }, sha256),
  );
  if (answer !== 'added') throw new Error(`run ${run} already exists`);
  return run;
}

/** Ids of runs sort by time. `tail` distinguishes those that began in the same second. */
export function runId(at: number, tail: string): string {
  return `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}-${tail}`;
}

type ClusterNow = { readonly kind: 'up'; readonly id: string | null } | { readonly kind: 'down' };

async function clusterId(world: FailoverWorld, role: ClusterRole): Promise<ClusterNow> {
  const reader = world.reader(role);
  try {
    return { kind: 'up', id: (await reader.metadata()).clusterId };
  } catch (error) {
    if (!(error instanceof ClusterUnreachableError)) throw error;
    return { kind: 'down' };
  } finally {
    await reader.close();
  }
}

function idOf(cluster: ClusterNow): string | null {
  return cluster.kind === 'up' ? cluster.id : null;
}

function topicsOf({ partitions }: FlowReport): ApprovalSubject['topics'] {
  const topics = new Map<string, { topic: string; targetTopic: string; partitions: number }>();
  for (const { topic, targetTopic } of partitions) {
    const known = topics.get(topic) ?? { topic, targetTopic, partitions: 0 };
    known.partitions++;
    topics.set(topic, known);
  }
  return [...topics.values()].sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

function figuresOf(report: FlowReport, names: readonly string[]): Json {
  const { verdict, reasons, loss } = report;
  const chosen = new Set(names);
  const positions = report.groups.filter(({ group }) => chosen.has(group));
  const total = (of: 'rereadAtMost' | 'skipAtMost') =>
    positions.reduce((sum, one) => sum + (costOf(one.tidemark)?.[of] ?? 0n), 0n).toString();
  return {
    verdict,
    reasons: [...reasons],
    loss: loss.kind === 'known' ? { ...loss, records: loss.records.toString() } : { ...loss },
    groups: names.length,
    positions: positions.length,
    rereadAtMost: total('rereadAtMost'),
    skipAtMost: total('skipAtMost'),
  };
}
