import { knownSyncs, rememberedFlow } from '../../../../shared/domain/history/known-flow.ts';
import { type AuditPolicy, DEFAULT_AUDIT_POLICY } from '../../../../shared/domain/judge/audit-policy.ts';
import type { FlowObservation } from '../../../../shared/domain/judge/observation.ts';
import { type PartitionState, partitionStates, withEvidence } from '../../../../shared/domain/judge/partition-state.ts';
import { type HoleLook, holeKey, type RecordEvidence } from '../../../../shared/domain/judge/record-evidence.ts';
import type { Flow } from '../../../../shared/domain/model/flow.ts';
import { read, type Unread, unread } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import { flowFixture } from '../model/flow-fixture.ts';
import {
  checkpointsOf,
  connectOffsetsOf,
  countedLook,
  type Earlier,
  heartbeatOf,
  historiesOf,
  mirrorTopic,
  partitionsOf,
  peekedLook,
  SOURCE_DOWN,
  sourceGroup,
  TARGET_DOWN,
  targetGroupsOf,
  topicOf,
  unreadOf,
  wholeGroup,
  withSyncsThen,
} from './case-parts.ts';
import { type Absent, AT, type FlowCase, type TopicCase } from './case-shapes.ts';

export interface BuiltCase {
  readonly observation: FlowObservation;
  readonly states: readonly PartitionState[];
  readonly policy: AuditPolicy;
}

/**
 * The observation of the flow A->B and the states of its partitions. A healthy one, which is the default: the topic
 * `orders` of one partition with 1,001 records is mirrored to its end, MM2 alive for a day; the group `billing` has read
 * 1,000 of them, and MM2 has put it there on the target.
 */
export function flowCase(of: FlowCase = {}, earlier?: Earlier): BuiltCase {
  const at = of.at ?? AT;
  const flow = flowFixture(of.flow);
  const why = of.downError === undefined ? {} : { error: of.downError };
  const sourceDown = of.down === 'source' || of.down === 'both' ? { ...SOURCE_DOWN, ...why } : null;
  const targetDown = of.down === 'target' || of.down === 'both' ? { ...TARGET_DOWN, ...why } : null;
  const cases = topicCases(of);
  const topics = cases.map((one) => topicOf(flow, one, at, sourceDown, targetDown));
  const onTarget = topics.flatMap(({ target, targetTopic }) => (target === null ? [] : [targetTopic]));
  const groups = (of.groups ?? [{ position: of.position ?? {}, ...of.group }]).map(wholeGroup);
  const checkpointsTopic = `${flow.source}.checkpoints.internal`;
  const ofTarget = (absent: Absent | undefined) => (targetDown === null ? absent : 'unread');
  const observation: FlowObservation = {
    flow,
    at,
    sourceDown,
    targetDown,
    topics,
    targetTopics: new Set([...onTarget, ...(of.otherTargetTopics ?? [])]),
    syncs: syncsOf(of, flow, sourceDown, targetDown, earlier),
    checkpoints: mirrorTopic(
      ofTarget(of.checkpoints),
      checkpointsTopic,
      { topic: checkpointsTopic, byGroup: checkpointsOf(flow, groups, at), malformed: 0 },
      targetDown,
    ),
    heartbeat: heartbeatOf(targetDown === null ? of.heartbeat : 'unread', at, targetDown),
    connectOffsets: mirrorTopic(
      ofTarget(of.connectOffsets),
      'mm2-offsets.A.internal',
      connectOffsetsOf(cases, at),
      targetDown,
    ),
    groups: groups.map((group) => sourceGroup(group, at)),
    targetGroups: targetDown === null ? targetGroupsOf(flow, groups) : new Map(),
    listingComplete: of.listingIncomplete !== true,
    remembered:
      earlier === undefined || of.remembered
        ? withSyncsThen(of.remembered ?? null, historiesOf(cases, at))
        : rememberedFlow(earlier.known),
    unread: of.unread ?? [],
    ...(of.connectors === undefined
      ? {}
      : { connectors: of.connectors === 'unread' ? unread(unreadOf('Connect', 'B')) : read(of.connectors) }),
    ...(of.metrics === undefined
      ? {}
      : { metrics: of.metrics === 'unread' ? unread(unreadOf('the exporter', 'B')) : read(of.metrics) }),
    ...(of.sameCluster === undefined ? {} : { sameCluster: of.sameCluster }),
    ...(of.mixedSyncs === undefined ? {} : { mixedSyncs: new Set(of.mixedSyncs) }),
    opposite: of.opposite === undefined ? null : flowFixture({ source: 'B', target: 'A', ...of.opposite }),
    ...(of.oppositeIsStopped === undefined ? {} : { oppositeIsStopped: of.oppositeIsStopped }),
  };
  const evidence = new PartitionMap<RecordEvidence>();
  for (const { name, partition, one } of partitionsOf(cases)) {
    if (one.records !== undefined) evidence.set(name, partition, one.records);
  }
  const states = lookedInto(observation, withEvidence(observation, partitionStates(observation), evidence), cases);
  return { observation, states, policy: { ...DEFAULT_AUDIT_POLICY, ...of.policy } };
}

/** The states after a look into each hole of the partitions whose records a case states. */
function lookedInto(
  observation: FlowObservation,
  states: readonly PartitionState[],
  cases: readonly TopicCase[],
): readonly PartitionState[] {
  const looked = new PartitionMap<RecordEvidence>();
  for (const { name, partition, one } of partitionsOf(cases)) {
    const { holds, counted = false } = one;
    if (holds === undefined) continue;
    const state = states.find(({ topic, partition: index }) => topic.topic === name && index === partition);
    const holes = (state?.replication?.holes ?? []).map((hole): [string, HoleLook] => {
      return [holeKey(hole), counted ? countedLook(hole, holds) : peekedLook(hole, holds)];
    });
    looked.set(name, partition, { holes: new Map(holes) });
  }
  return withEvidence(observation, states, looked);
}

/** The topics that a case speaks of. */
export function topicCases(of: FlowCase): readonly TopicCase[] {
  return of.topics ?? [{ partitions: of.partitions ?? [of.partition ?? {}], ...of.topic }];
}

function syncsOf(
  of: FlowCase,
  flow: Flow,
  sourceDown: Unread | null,
  targetDown: Unread | null,
  earlier: Earlier | undefined,
): FlowObservation['syncs'] {
  const down = flow.offsetSyncsLocation === 'source' ? sourceDown : targetDown;
  const topic = `mm2-offset-syncs.${flow.offsetSyncsLocation === 'source' ? flow.target : flow.source}.internal`;
  const histories = historiesOf(topicCases(of), of.at ?? AT, earlier);
  const value = { topic, topicId: null, readTo: 1_000n, malformed: of.malformed ?? 0, histories };
  const remembered = earlier === undefined ? null : knownSyncs(earlier.known, topic, flow.offsetSyncsLocation);
  return mirrorTopic(
    down === null ? of.syncs : 'unread',
    topic,
    value,
    down,
    of.syncsKnown === true ? value : remembered,
  );
}
