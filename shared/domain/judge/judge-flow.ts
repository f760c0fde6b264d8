import type { Acknowledgement } from '../model/finding.ts';
import { flowName } from '../model/flow.ts';
import { PartitionMap } from '../model/partition-map.ts';
import type { FlowReport, GroupReport, PartitionReport } from '../model/report.ts';
import { countedFindings } from './acknowledgements.ts';
import type { AuditPolicy } from './audit-policy.ts';
import { policyOfFlow } from './audit-rules.ts';
import { flowFindings } from './findings/flow-findings.ts';
import { groupFindings } from './findings/group-findings.ts';
import { topicFindings } from './findings/topic-findings.ts';
import { workerFindings } from './findings/worker-findings.ts';
import { type JudgedGroup, judgeGroups } from './group-state.ts';
import { livenessOf } from './liveness.ts';
import { lossAtLeast, lossOf, missingOf } from './loss.ts';
import { mapTopicByTopic } from './map-topic-by-topic.ts';
import { mirrorAges } from './mirror-ages.ts';
import type { FlowObservation } from './observation.ts';
import { lagOf, type PartitionState } from './partition-state.ts';
import { reasonsOf, verdictOf } from './verdict.ts';
import { weighFindings } from './weigh-findings.ts';

/**
 * What one audit reports about one flow.
 * @param states from `partitionStates`, with the evidence from records
 * @param groups from `judgeGroups` for these states
 * @param acknowledgements of this flow, those in effect at the time of the audit
 */
export function judgeFlow(
  observation: FlowObservation,
  states: readonly PartitionState[],
  rulesAndThresholds: AuditPolicy,
  groups: readonly JudgedGroup[] = judgeGroups(observation, statesByPartition(states)),
  acknowledgements: readonly Acknowledgement[] = [],
): FlowReport {
  const policy = policyOfFlow(rulesAndThresholds, flowName(observation.flow));
  const byTopic = Map.groupBy(states, (state) => state.topic);
  const liveness = livenessOf(observation, states, policy);
  const loss = lossOf(observation, states);
  const atLeast = lossAtLeast(observation, states);
  const found = [
    ...flowFindings(observation, liveness, { loss, atLeast }, policy),
    ...workerFindings(observation, states),
    ...observation.topics.flatMap((topic) =>
      topicFindings(observation, topic, byTopic.get(topic) ?? [], liveness, policy),
    ),
    ...mapTopicByTopic(
      groups,
      ({ pairs: [first] }) => first?.report.topic,
      (group) => groupFindings(observation, group, liveness, policy),
    ).flat(),
  ];
  const reports = groups.flatMap(reportsOf);
  const weights = { flow: observation.flow, rules: policy.rules, acknowledgements };
  const { findings, suppressed } = weighFindings(found, reports, weights);
  const counted = countedFindings(findings);
  return {
    flow: flowName(observation.flow),
    verdict: verdictOf(observation, loss, counted, reports),
    reasons: reasonsOf(counted),
    loss,
    ...(loss.kind === 'known' && atLeast < loss.records ? { lossAtLeast: atLeast } : {}),
    ages: mirrorAges(observation, states, groups, liveness),
    partitions: states.map(partitionReport),
    groups: reports,
    findings,
    suppressed,
    unread: observation.unread,
    snapshot: null,
  };
}

function reportsOf({ pairs }: JudgedGroup): GroupReport[] {
  return pairs.map(({ report }) => report);
}

/** The same states by source topic and partition. */
export function statesByPartition(states: readonly PartitionState[]): PartitionMap<PartitionState> {
  const byPartition = new PartitionMap<PartitionState>();
  for (const state of states) byPartition.set(state.topic.topic, state.partition, state);
  return byPartition;
}

function partitionReport(state: PartitionState): PartitionReport {
  const { topic, source, target } = state;
  const { replicatedTo, lag } = lagOf(state);
  return {
    topic: topic.topic,
    targetTopic: topic.targetTopic,
    partition: state.partition,
    sourceStart: source?.start ?? null,
    sourceEnd: source?.highWatermark ?? null,
    targetStart: target?.start ?? null,
    targetEnd: target?.highWatermark ?? null,
    replicatedTo,
    lag,
    missing: missingOf(state),
  };
}
