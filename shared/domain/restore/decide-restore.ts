import { statesByPartition } from '../judge/judge-flow.ts';
import type { PartitionState } from '../judge/partition-state.ts';
import { isBeforeCut } from '../mirror/breaks/cut.ts';
import type { Commit } from '../model/cluster.ts';
import { counted } from '../model/figures.ts';
import type { ClusterRole } from '../model/flow.ts';
import { flowName } from '../model/flow.ts';
import { PartitionMap } from '../model/partition-map.ts';
import { compareProofs } from '../model/report.ts';
import { flowRefusals } from './flow-refusals.ts';
import { landOnSource } from './land-on-source.ts';
import { landOnTarget } from './land-on-target.ts';
import type { LandedAt, Landing } from './landing.ts';
import { mm2SyncRefusal } from './mm2-sync-refusal.ts';
import { refusalOfGroup } from './present-group.ts';
import type { Refusal } from './refusal.ts';
import type { RestoreInputs } from './restore-inputs.ts';
import type { LeftAlone, LeftOut, PlannedGroup, PlannedTopic, RestorePlan, RestoreStep } from './restore-plan.ts';

export interface RestoreDecision {
  readonly plan: RestorePlan;
  /** Why the plan must not be applied; empty if it may be. */
  readonly refusals: readonly Refusal[];
}

const NO_ANSWER = 'Try again when all brokers answer, or leave the group out with --exclude.';
const LEAVE_OUT = 'Leave the group out with --exclude, select other topics with --topic';

/** Decides the new position of every group, and collects every reason to refuse. */
export function decideRestore(inputs: RestoreInputs): RestoreDecision {
  const { onto, observation, state, terms } = inputs;
  const { flow } = observation;
  const cluster = onto === 'source' ? flow.source : flow.target;
  const states = statesByPartition(inputs.states);

  const commits = inputs.newest ?? wantedCommits(inputs);
  const { land = landOnTarget } = inputs;
  const landings = onto === 'source' ? landAllOnSource(states, commits) : land(observation, states, commits);
  const refusals: Refusal[] = flowRefusals(inputs, cluster);
  const topics = new Map<string, { id: string | null; logs: Map<number, { start: bigint; end: bigint }> }>();
  const groups: PlannedGroup[] = [];
  const immovable = immovableGroups(commits, cluster, inputs);
  // A plan that moves nothing is of no use: then the reasons are reasons to refuse.
  const leftOut = terms.leaveOut && immovable.length < commits.size ? immovable : [];
  const isLeftOut = new Set(leftOut.map(({ group }) => group));
  for (const [group, committed] of commits) {
    if (isLeftOut.has(group)) continue;
    const present = inputs.present.get(group);
    const refused = refusalOfGroup(group, cluster, present);
    if (refused !== null) refusals.push(refused.code === 'GROUP_UNREAD' ? { ...refused, remedy: NO_ANSWER } : refused);
    const commitsNow = present?.committed.kind === 'read' ? present.committed.value : new PartitionMap<bigint>();
    const steps: RestoreStep[] = [];
    for (const landing of landings.get(group) ?? []) {
      const topic = nameOn(onto, landing.topic);
      const cutOff = cutRefusal(inputs, landing.topic, landing.partition, committed, group);
      if (cutOff !== null) refusals.push(cutOff);
      const against = landingRefusal(landing, { group, topic, partition: landing.partition }, inputs);
      if (against !== null) refusals.push(against);
      if (landing.kind === 'nowhere') continue;
      const from = commitsNow.get(topic, landing.partition) ?? null;
      // Onto the source a group gets back what it had there itself.
      const source = onto === 'target' ? committed.get(landing.topic.topic, landing.partition)?.offset : undefined;
      steps.push({ ...stepOf(landing, topic, from), ...(source === undefined ? {} : { committed: source }) });
      const planned = topics.get(topic) ?? { id: idOn(onto, landing.topic), logs: new Map() };
      topics.set(topic, planned);
      planned.logs.set(landing.partition, { start: landing.log.start, end: landing.log.highWatermark });
    }
    for (const [topic, partition] of committed.entries()) {
      if (states.get(topic, partition) === undefined) {
        refusals.push(missing({ group, topic, partition }, 'the flow no longer mirrors this partition'));
      }
    }
    groups.push({ group, steps, leftAlone: leftAlone(inputs, states, commitsNow, committed) });
  }
  const plannedTopics = [...topics].map(
    ([topic, { id, logs }]): PlannedTopic => ({
      topic,
      id,
      logs: [...logs].map(([partition, log]) => ({ partition, ...log })).sort((a, b) => a.partition - b.partition),
    }),
  );
  const plan: RestorePlan = {
    id: inputs.id,
    flow: flowName(flow),
    onto,
    cluster,
    clusterId: inputs.metadata.clusterId,
    asOf: inputs.asOf,
    stateAt: state.at,
    heldUntil: inputs.heldUntil,
    madeAt: inputs.now,
    expiresAt: inputs.now + terms.validForMs,
    topics: plannedTopics.sort((a, b) => (a.topic < b.topic ? -1 : 1)),
    groups,
    leftOut,
  };
  const synced = mm2SyncRefusal(inputs, states, groups);
  return { plan, refusals: synced === null ? refusals : [...refusals, synced] };
}

/** Groups that cannot be moved now, whatever is planned. What could not be read of a group is no such reason. */
function immovableGroups(
  commits: ReadonlyMap<string, unknown>,
  cluster: string,
  { present }: RestoreInputs,
): readonly LeftOut[] {
  return [...commits.keys()].flatMap((group) => {
    const refusal = refusalOfGroup(group, cluster, present.get(group));
    if (refusal === null) return [];
    const { code, reason } = refusal;
    return code === 'GROUP_LIVE' || code === 'GROUP_NOT_A_CONSUMER' ? [{ group, code, reason }] : [];
  });
}

/** The source commits of the selected groups and topics, ordered by group and partition. */
export function wantedCommits({
  state,
  groups,
  topic,
}: Pick<RestoreInputs, 'state' | 'groups' | 'topic'>): ReadonlyMap<string, PartitionMap<Commit>> {
  const all = state.sourceCommits();
  const wanted = new Map<string, PartitionMap<Commit>>();
  for (const group of [...groups].sort()) {
    const commits = new PartitionMap<Commit>();
    const inOrder = [...(all.get(group)?.entries() ?? [])].sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
    for (const [name, partition, commit] of inOrder) {
      if (topic?.(name) ?? true) commits.set(name, partition, commit);
    }
    wanted.set(group, commits);
  }
  return wanted;
}

function landAllOnSource(
  states: PartitionMap<PartitionState>,
  commits: ReadonlyMap<string, PartitionMap<Commit>>,
): ReadonlyMap<string, readonly Landing[]> {
  return new Map(
    [...commits].map(([group, committed]) => [
      group,
      [...committed.entries()].flatMap(([topic, partition, { offset }]) => {
        const state = states.get(topic, partition);
        return state === undefined ? [] : [landOnSource(state, offset)];
      }),
    ]),
  );
}

function nameOn(onto: ClusterRole, topic: Landing['topic']): string {
  return onto === 'source' ? topic.topic : topic.targetTopic;
}

function idOn(onto: ClusterRole, topic: Landing['topic']): string | null {
  return onto === 'source' ? topic.sourceId : topic.targetId;
}

function stepOf(landing: LandedAt, topic: string, from: bigint | null): RestoreStep {
  const { partition, position, rereadAtMost, skipAtMost, proof, clamped, unreadLoss, reason } = landing;
  const costs = { rereadAtMost, skipAtMost, proof, clamped, unreadLoss };
  return { topic, partition, from, to: position, ...costs, reason };
}

function landingRefusal(landing: Landing, subject: Refusal['subject'], inputs: RestoreInputs): Refusal | null {
  if (landing.kind === 'nowhere') return nowhereRefusal(landing, subject);
  const { terms } = inputs;
  const { proof, clamped, unreadLoss } = landing;
  const reason = landing.reason ?? '';
  if (clamped !== null && !terms.clamp) {
    const lost =
      unreadLoss === 0n
        ? ''
        : `; up to ${counted(unreadLoss, 'record')} that the group had not consumed ${unreadLoss === 1n ? 'is' : 'are'} lost`;
    const remedy = `With --clamp, the group is put at the log's ${clamped} instead.`;
    return { code: 'OUTSIDE_LOG', subject, reason: `${reason}${lost}`, remedy };
  }
  if (compareProofs(proof, terms.minProof) < 0) {
    // Where records were compared, or cannot be, comparing them does not help.
    const canCompare = !inputs.compared && inputs.onto === 'target' && inputs.observation.sourceDown === null;
    const compare = canCompare ? '--verify may prove it by comparing records; ' : '';
    const remedy = `${compare}--min-proof ${proof} accepts it: up to ${counted(landing.rereadAtMost, 'record is', 'records are')} read again.`;
    return { code: 'PROOF_TOO_WEAK', subject, reason: `it is ${proof}, not ${terms.minProof}: ${reason}`, remedy };
  }
  return null;
}

/** The source was cut before this position since then: the record is gone, and another one has its offset. */
function cutRefusal(
  { observation, onto, heldUntil, states, now }: RestoreInputs,
  topic: Landing['topic'],
  partition: number,
  committed: PartitionMap<Commit>,
  group: string,
): Refusal | null {
  const commit = committed.get(topic.topic, partition);
  if (commit === undefined) return null;
  const noticedNow = states
    .filter((state) => state.topic.topic === topic.topic && state.partition === partition)
    .flatMap(({ cuts }) => cuts.map((one) => ({ noticedAt: now, ...one, topic: topic.topic, partition })));
  const cut = [...(observation.remembered?.cuts ?? []), ...noticedNow].find(
    (one) =>
      one.side === 'source' &&
      one.topic === topic.topic &&
      one.partition === partition &&
      // On the target, the copies of what is gone show where a group continues that has read them.
      ((onto === 'source' && isBeforeCut(one, commit)) || (one.noticedAt > heldUntil && commit.offset > one.at)),
  );
  if (cut === undefined) return null;
  return {
    code: 'LOG_CHANGED',
    subject: { group, topic: onto === 'source' ? topic.topic : topic.targetTopic, partition },
    reason: `the source log was cut ${cut.atMost === undefined ? 'at' : 'behind'} offset ${cut.at} since then; the group had read up to ${commit.offset}`,
    remedy: `${LEAVE_OUT}, or choose a time after ${new Date(cut.noticedAt).toISOString()}.`,
  };
}

function nowhereRefusal({ why, reason }: Extract<Landing, { kind: 'nowhere' }>, subject: Refusal['subject']): Refusal {
  switch (why) {
    case 'missing':
      return missing(subject, reason);
    case 'log-unread': {
      const remedy = 'Try again when all brokers answer, or select other topics with --topic.';
      return { code: 'LOG_UNREAD', subject, reason, remedy };
    }
    case 'unknown': {
      const remedy = `${LEAVE_OUT}, or choose a time at which its mapping is known.`;
      return { code: 'MAPPING_UNKNOWN', subject, reason, remedy };
    }
  }
}

function missing(subject: Refusal['subject'], reason: string): Refusal {
  const remedy = 'Select other topics with --topic, or create the topic again and start at its beginning.';
  return { code: 'TOPIC_MISSING', subject, reason, remedy };
}

/** Positions on the selected topics that the group has now and did not have at the plan's time. */
function leftAlone(
  { onto, topic: isWanted }: RestoreInputs,
  states: PartitionMap<PartitionState>,
  now: PartitionMap<bigint>,
  then: PartitionMap<Commit>,
): readonly LeftAlone[] {
  const left: LeftAlone[] = [];
  for (const state of states.values()) {
    const topic = nameOn(onto, state.topic);
    const at = now.get(topic, state.partition);
    if (at === undefined) continue;
    if (then.get(state.topic.topic, state.partition) !== undefined) continue;
    if (isWanted?.(state.topic.topic) ?? true) left.push({ topic, partition: state.partition, at });
  }
  return left;
}
