import { randomBytes } from 'node:crypto';
import { readAtOf } from '../domain/history/known-flow.ts';
import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { ClusterMetadata, Commit } from '../domain/model/cluster.ts';
import { ClusterUnreachableError } from '../domain/model/errors.ts';
import type { ClusterRole } from '../domain/model/flow.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { PartitionMap } from '../domain/model/partition-map.ts';
import { chooseGroups, type GroupChoice } from '../domain/restore/choose-groups.ts';
import { decideRestore, wantedCommits } from '../domain/restore/decide-restore.ts';
import { asObserved } from '../domain/restore/land-on-target.ts';
import { newestCommits, presentCommits } from '../domain/restore/newest-commits.ts';
import type { Refusal } from '../domain/restore/refusal.ts';
import type { LandOnTarget, UnmatchedName } from '../domain/restore/restore-inputs.ts';
import type { RestorePlan } from '../domain/restore/restore-plan.ts';
import type { RestoreTerms } from '../domain/restore/restore-terms.ts';
import { unreadNow } from '../domain/restore/unread-now.ts';
import { type HistoryStore, historyBetween } from '../history/history-lineage.ts';
import { readStateAsOf } from '../history/read-history.ts';
import type { Clock, ClusterReader } from '../ports.ts';
import { FlowMemory } from '../survey/flow-memory.ts';
import { surveyFlow } from '../survey/survey-flow.ts';
import type { VerifyOptions } from '../survey/verify-positions.ts';
import { PLAN_DOCUMENT } from './load-plan.ts';
import { KEEP_DOCUMENTS_MS, type PlanStore } from './plan-store.ts';
import { presentGroups } from './present-groups.ts';
import { planCodec, planHash } from './restore-documents.ts';

export interface PlanRequest {
  readonly flow: Flow;
  readonly opposite: Flow | null;
  readonly policy: AuditPolicy;
  /** The caller closes both readers. */
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly history: HistoryStore;
  readonly plans: PlanStore;
  readonly clock: Clock;
  /** The requested time: ms since the epoch. */
  readonly asOf: number;
  readonly onto: ClusterRole;
  readonly groups: readonly GroupChoice[];
  /** Groups that may have no position in the history of the flow: `land` knows where they go. */
  readonly alsoGroups?: readonly string[];
  /** Groups that are left alone although `groups` selects them. */
  readonly exclude?: readonly GroupChoice[];
  /** Which source topics; all if absent. */
  readonly topic?: (name: string) => boolean;
  readonly terms: RestoreTerms;
  /**
   * Whether the commits are those that the source tells now, and not those of the history. For a plan as of now, of a source
   * that answers: it does not wait until an audit is recorded, which another process may be the one to do.
   */
  readonly commitsNow?: boolean;
  /** How positions on the target are found, if not by the flow's own mapping alone. */
  readonly land?: LandOnTarget;
  /** Compares records around the positions on the target; absent: they rest on what MM2 wrote. */
  readonly verify?: VerifyOptions;
  readonly progress?: (step: string) => void;
}

/** A stored plan that can be applied, or all reasons to refuse one. */
export type Planned =
  | { readonly kind: 'planned'; readonly plan: RestorePlan; readonly hash: string }
  /** Nothing was stored. The draft shows the plan that was refused; null if the history has no snapshot. */
  | { readonly kind: 'refused'; readonly draft: RestorePlan | null; readonly refusals: readonly Refusal[] };

/**
 * Plans to move groups to their earlier positions on the source, or to the corresponding positions on the target. Reads
 * both clusters and the history, and writes only the plan.
 *
 * @throws AuthenticationError, AuthorizationError, HistoryStoreError, DamagedFrameError
 */
export async function planRestore(request: PlanRequest): Promise<Planned> {
  const { flow, onto, asOf, clock, terms, topic = null, commitsNow = false, progress = () => {} } = request;
  const name = flowName(flow);
  progress(`reading the history of ${name}`);
  const now = clock.now();
  const read = (reader: ClusterReader) => (commitsNow ? reader.metadata() : metadataOf(reader));
  const [source, target] = await Promise.all([read(request.source), read(request.target)]);
  // Positions of another cluster that had the same name would be wrong here.
  const history = historyBetween(request.history, { source: source.clusterId, target: target.clusterId });
  const found = await readStateAsOf(history, name, asOf, now);
  if (found === null) return { kind: 'refused', draft: null, refusals: [nothingKnown(name, asOf)] };
  const wanted = topic ?? (() => true);
  const known = [...found.state.sourceCommits()]
    .filter(([, commits]) => [...commits.topics()].some((topic) => commits.hasTopic(topic) && wanted(topic)))
    .map(([group]) => group);
  const all = [...new Set([...known, ...(request.alsoGroups ?? [])])];
  const { groups, unmatched } = chooseGroups(all, request.groups, request.exclude ?? []);

  const { groups: _, ...survey } = request;
  const chosen = new Set(groups);
  const commits = wantedCommits({ state: found.state, groups, topic });
  const { observation, states } = await surveyFlow({
    ...survey,
    // Only whether MirrorMaker still moves groups depends on heartbeats: where that is of no account, nobody waits for one.
    clock: terms.evenIfMm2Syncs ? { now: () => clock.now() } : clock,
    filter: {
      group: (group) => chosen.has(group),
      ...(topic === null ? {} : { topic }),
    },
    memory: new FlowMemory(await readStateAsOf(history, name, clock.now(), clock.now())),
    // What a rewind of the source lands on is its own offsets: there is nothing to compare.
    ...(onto === 'source' || request.verify === undefined ? {} : { verify: request.verify }),
    ...(terms.evenIfUnread || commitsNow ? {} : { groups: [...commits].map(([group, at]) => asObserved(group, at)) }),
  });
  const newest = terms.evenIfUnread
    ? newestCommits(commits, observation.groups, wanted)
    : commitsNow
      ? presentCommits(groups, observation.groups, wanted)
      : null;
  const reader = onto === 'source' ? request.source : request.target;
  progress(`reading groups of ${reader.alias}`);
  const isDown = (onto === 'source' ? observation.sourceDown : observation.targetDown) !== null;
  const present = isDown ? new Map() : await presentGroups(reader, groups);
  const decided = decideRestore({
    id: planId(now),
    onto,
    asOf,
    now,
    state: found.state,
    // Audits continue when the source is down and carry its last positions along: use when they were really read.
    heldUntil: commitsNow ? now : Math.min(asOf, readAtOf(found, 'source')),
    groups: isDown ? [] : groups,
    ...(newest === null ? {} : { newest }),
    unmatched: [...unmatched, ...(newest === null || request.land !== undefined ? [] : nobodyKnows(newest))],
    compared: request.verify !== undefined,
    topic,
    observation,
    states,
    metadata: await metadataOf(reader),
    present,
    policy: request.policy,
    terms,
    ...(request.land === undefined ? {} : { land: request.land }),
  });
  const { plan } = decided;
  const refusals = [...(commitsNow ? unreadNow(observation, groups) : []), ...decided.refusals];
  if (refusals.length > 0) return { kind: 'refused', draft: plan, refusals };
  const document = {
    plan: plan.id,
    name: PLAN_DOCUMENT,
    bytes: planCodec.encode(plan),
    keepUntil: now + KEEP_DOCUMENTS_MS,
  };
  if (!(await request.plans.add(document))) throw new Error(`plan ${plan.id} already exists`);
  return { kind: 'planned', plan, hash: planHash(plan) };
}

/** A group that is asked for is named, and not left without a position in silence. */
function nobodyKnows(newest: ReadonlyMap<string, PartitionMap<Commit>>): readonly UnmatchedName[] {
  return [...newest].flatMap(([name, commits]) =>
    [...commits.values()].length === 0 ? [{ kind: 'unknown', name } as const] : [],
  );
}

async function metadataOf(reader: ClusterReader): Promise<ClusterMetadata> {
  try {
    return await reader.metadata();
  } catch (error) {
    if (!(error instanceof ClusterUnreachableError)) throw error;
    return { clusterId: null, brokers: [], topics: new Map() };
  }
}

/** Ids are unique and sort by time. */
function planId(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${randomBytes(4).toString('hex')}`;
}

function nothingKnown(flow: string, asOf: number): Refusal {
  return {
    code: 'HISTORY_EMPTY',
    subject: { flow },
    reason: `the history has no positions as of ${new Date(asOf).toISOString()}`,
    remedy: 'Choose a later time, or name the history in which audits of this flow are recorded.',
  };
}
