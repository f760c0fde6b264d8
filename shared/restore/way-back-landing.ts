import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { PartitionState } from '../domain/judge/partition-state.ts';
import { TidemarkError } from '../domain/model/errors.ts';
import { type ClusterRole, type Flow, flowName } from '../domain/model/flow.ts';
import { PartitionMap } from '../domain/model/partition-map.ts';
import type { Join } from '../domain/restore/join.ts';
import { landBack, landRenamed } from '../domain/restore/land-back.ts';
import { landOnTarget } from '../domain/restore/land-on-target.ts';
import type { LandOnTarget } from '../domain/restore/restore-inputs.ts';
import { type HistoryStore, historyBetween } from '../history/history-lineage.ts';
import { readStateAsOf } from '../history/read-history.ts';
import type { Clock, ClusterReader } from '../ports.ts';
import { FlowMemory } from '../survey/flow-memory.ts';
import { surveyFlow } from '../survey/survey-flow.ts';

export interface ForwardFlow {
  /** The flow that was failed over. */
  readonly flow: Flow;
  readonly opposite: Flow | null;
  readonly policy: AuditPolicy;
  readonly history: HistoryStore;
  readonly clock: Clock;
  /** Roles are those of the forward flow. */
  readonly reader: (role: ClusterRole) => ClusterReader;
}

/**
 * Finds positions for a failback by both mappings: reads that of the forward flow as it is now, with all that its history
 * has; and, if topics have other names there, what the groups have committed on these.
 */
export async function landingByBoth(
  forward: ForwardFlow,
  joins: readonly Join[],
  groups: readonly string[],
): Promise<LandOnTarget> {
  const states = await statesOf(forward);
  const isRenamed = [...states.values()].some(({ topic }) => topic.topic !== topic.targetTopic);
  if (!isRenamed) {
    const mappings = states.map(({ mapping }) => mapping);
    return (observation, now, commits) => landBack({ joins, forward: mappings }, observation, now, commits);
  }
  const away = await commitsAway(forward, groups);
  return (observation, now, commits) => {
    const landings = landOnTarget(observation, now, commits);
    return new Map(
      groups.map((group) => [
        group,
        [...(landings.get(group) ?? []), ...landRenamed(joins, states, away.get(group) ?? new PartitionMap())],
      ]),
    );
  };
}

/** By group: its positions on the forward flow's target. */
async function commitsAway(
  forward: ForwardFlow,
  groups: readonly string[],
): Promise<ReadonlyMap<string, PartitionMap<bigint>>> {
  const target = forward.reader('target');
  try {
    const found = new Map<string, PartitionMap<bigint>>();
    for (const [group, outcome] of await target.commits(groups)) {
      if (outcome.kind === 'unread') {
        throw new TidemarkError('GROUP_UNREAD', `${group}: ${outcome.unread.message}`, { retriable: true });
      }
      const commits = new PartitionMap<bigint>();
      for (const { topic, partition, offset } of outcome.value) commits.set(topic, partition, offset);
      found.set(group, commits);
    }
    return found;
  } finally {
    await target.close();
  }
}

/** By the topic's name on the forward flow's target. */
async function statesOf(forward: ForwardFlow): Promise<PartitionMap<PartitionState>> {
  const { flow, clock } = forward;
  const [source, target] = [forward.reader('source'), forward.reader('target')];
  try {
    const [from, to] = await Promise.all([source.metadata(), target.metadata()]);
    const history = historyBetween(forward.history, { source: from.clusterId, target: to.clusterId });
    const known = await readStateAsOf(history, flowName(flow), clock.now(), clock.now());
    const { states } = await surveyFlow({
      ...forward,
      source,
      target,
      memory: new FlowMemory(known),
      filter: { group: () => false },
    });
    const byTarget = new PartitionMap<PartitionState>();
    for (const state of states) byTarget.set(state.topic.targetTopic, state.partition, state);
    return byTarget;
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}
