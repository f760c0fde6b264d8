import type { AuditPolicy } from './audit-policy.ts';
import type { FlowReport, GroupReport, Loss, PartitionReport, Verdict } from './audit-report.ts';
import type { Finding, FindingCode } from './finding.ts';
import { flowFindings } from './findings/flow-findings.ts';
import { groupFindings } from './findings/group-findings.ts';
import { worstFirst } from './findings/make-finding.ts';
import { deletedBeforeMirrored } from './findings/missing-findings.ts';
import { topicFindings } from './findings/topic-findings.ts';
import { flowName } from './flow.ts';
import { type GroupState, judgeGroups } from './group-judgement.ts';
import { readAtOf } from './history/known-flow.ts';
import { livenessOf } from './liveness.ts';
import type { FlowObservation, ObservedTopic } from './observation.ts';
import { PartitionMap } from './partition-map.ts';
import { type PartitionState, partitionState, type RecordEvidence } from './partition-state.ts';
import { isTime } from './record-time.ts';
import { reckonedEnd } from './replication.ts';

/** The states of all partitions of a flow, in the order of topics and partitions. */
export function partitionStates(
  observation: FlowObservation,
  evidence: PartitionMap<RecordEvidence>,
): PartitionState[] {
  return observation.topics.flatMap((topic) =>
    topic.source.map((_, partition) =>
      partitionState(observation, topic, partition, evidence.get(topic.topic, partition) ?? {}),
    ),
  );
}

/**
 * What one audit says of one flow: the pure heart of it.
 * @param states those of `partitionStates`, with what looking at records told
 */
export function judgeFlow(
  observation: FlowObservation,
  states: readonly PartitionState[],
  policy: AuditPolicy,
): FlowReport {
  const byPartition = new PartitionMap<PartitionState>();
  const byTopic = new Map<ObservedTopic, PartitionState[]>();
  for (const state of states) {
    byPartition.set(state.topic.topic, state.partition, state);
    const siblings = byTopic.get(state.topic);
    if (siblings === undefined) byTopic.set(state.topic, [state]);
    else siblings.push(state);
  }
  const liveness = livenessOf(observation, states, policy);
  const groups = judgeGroups(observation, byPartition);
  const loss = lossOf(observation, states);
  const findings = worstFirst([
    ...flowFindings(observation, liveness, loss, policy),
    ...observation.topics.flatMap((topic) =>
      topicFindings(observation, topic, byTopic.get(topic) ?? [], liveness, policy),
    ),
    ...[...groupsByName(groups)].flatMap(([group, members]) =>
      groupFindings(observation, group, members, liveness, policy),
    ),
  ]);
  return {
    flow: flowName(observation.flow),
    verdict: verdictOf(observation, loss, findings),
    reasons: reasonsOf(findings),
    loss,
    partitions: states.map(partitionReport),
    groups: groups.map((group): GroupReport => group.report),
    findings,
    unread: observation.unread,
  };
}

function groupsByName(groups: readonly GroupState[]): Map<string, GroupState[]> {
  const byName = new Map<string, GroupState[]>();
  for (const group of groups) {
    const members = byName.get(group.report.group);
    if (members === undefined) byName.set(group.report.group, [group]);
    else members.push(group);
  }
  return byName;
}

function partitionReport(state: PartitionState): PartitionReport {
  const { topic, source, target } = state;
  return {
    topic: topic.topic,
    targetTopic: topic.targetTopic,
    partition: state.partition,
    sourceStart: source?.start ?? null,
    sourceEnd: source?.highWatermark ?? null,
    targetStart: target?.start ?? null,
    targetEnd: target?.highWatermark ?? null,
    replicatedTo: lagOf(state).replicatedTo,
    lag: lagOf(state).lag,
    missing: missingOf(state),
  };
}

function lagOf({ replication, unread }: PartitionState): Pick<PartitionReport, 'lag' | 'replicatedTo'> {
  if (replication !== null) return { replicatedTo: replication.replicatedTo, lag: replication.lag };
  const reason = unread?.message ?? 'the source partition could not be read';
  return { replicatedTo: null, lag: { kind: 'unknown', reason } };
}

/** Records that are on no way to the target any more. */
function missingOf(state: PartitionState): bigint {
  return state.passedOver + deletedBeforeMirrored(state);
}

function lossOf(observation: FlowObservation, states: readonly PartitionState[]): Loss {
  const down = observation.sourceDown ?? observation.targetDown;
  if (down !== null) return { kind: 'unknown', reason: `${down.message}${lastKnownLoss(observation, states)}` };
  let records = 0n;
  let seconds: number | null = 0;
  let proven = true;
  let unknown = 0;
  let reason = '';
  for (const state of states) {
    const { lag } = lagOf(state);
    if (lag.kind === 'unknown') {
      unknown++;
      reason ||= lag.reason;
      continue;
    }
    const missing = missingOf(state);
    records += lag.records + missing;
    if (lag.basis !== 'proven' || missing > 0n) proven = false;
    if (lag.records === 0n || seconds === null) continue;
    const since = waitingSince(observation, state);
    seconds = since === null ? null : Math.max(seconds, (observation.at - since) / 1000);
  }
  if (unknown > 0) {
    return { kind: 'unknown', reason: `${unknown} of ${states.length} partitions: ${reason}` };
  }
  return { kind: 'known', records, seconds, basis: proven ? 'proven' : 'estimated' };
}

/** Time of the first waiting record; where it was not looked at, that of the newest heartbeat that got through. */
function waitingSince(observation: FlowObservation, state: PartitionState): number | null {
  const { replication } = state;
  if (replication?.waitingSince != null) return Number(replication.waitingSince);
  const first = state.topic.firstTimestamps[state.partition];
  const fromBegin = state.replication?.replicatedTo === null || state.replication?.replicatedTo === state.source?.start;
  if (fromBegin && first?.kind === 'read' && first.value !== null && isTime(first.value)) return Number(first.value);
  const { heartbeat } = observation;
  return heartbeat.kind === 'read' && heartbeat.value !== null ? Number(heartbeat.value.newest) : null;
}

function reasonsOf(findings: readonly Finding[]): FindingCode[] {
  return [...new Set(findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code))];
}

function verdictOf(observation: FlowObservation, loss: Loss, findings: readonly Finding[]): Verdict {
  // Nobody can fail over to a cluster that does not answer.
  if (observation.targetDown !== null) return 'not-ready';
  if (observation.sourceDown !== null) return verdictWithoutSource(observation, findings);
  if (findings.some(({ severity }) => severity === 'critical')) return 'not-ready';
  if (loss.kind === 'unknown') return 'unknown';
  return findings.some(({ severity }) => severity === 'warning') ? 'at-risk' : 'ready';
}

/** From the target and what earlier audits knew: never better than at risk, for nobody knows what is lost. */
function verdictWithoutSource({ lastKnown }: FlowObservation, findings: readonly Finding[]): Verdict {
  if (lastKnown === null) return 'unknown';
  const others = findings.filter(({ code }) => code !== 'CLUSTER_UNREACHABLE');
  return others.some(({ severity }) => severity === 'critical') ? 'not-ready' : 'at-risk';
}

/** Of a dead source: what of its last known records is not acknowledged, as an addition to why the loss is unknown. */
function lastKnownLoss({ lastKnown, sourceDown }: FlowObservation, states: readonly PartitionState[]): string {
  if (lastKnown === null || sourceDown === null) return '';
  let records = 0n;
  let partitions = 0;
  for (const { topic, partition, mapping } of states) {
    const end = lastKnown.state.get({ kind: 'end', role: 'source', topic: topic.topic, partition });
    const acknowledged = mapping?.furthestUpstream() ?? null;
    if (end === null || mapping === null || acknowledged === null) continue;
    const reckoned = reckonedEnd(mapping, end) ?? 0n;
    const reached = reckoned > acknowledged + 1n ? reckoned : acknowledged + 1n;
    partitions++;
    if (end > reached) records += end - reached;
  }
  if (partitions === 0) return '';
  const at = new Date(readAtOf(lastKnown, 'source')).toISOString();
  const of = partitions === states.length ? '' : ` (${partitions} of ${states.length} partitions)`;
  return `; of what it held at ${at}, an estimated ${records} records are not on the target${of}, and nobody knows what came after`;
}
