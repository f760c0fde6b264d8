import type { FlowObservation, ObservedGroup, ObservedTargetGroup, ObservedTopic } from '../judge/observation.ts';
import { remoteTopic } from '../mirror/replication-policy.ts';
import type { CommittedOffset, LogOffsets } from '../model/cluster.ts';
import type { ClusterRole, Flow } from '../model/flow.ts';
import { type Outcome, read, type Unread } from '../model/outcome.ts';
import type { PartitionMap } from '../model/partition-map.ts';
import type { HistoryState } from './history-state.ts';
import { groupReadAt, type KnownFlow, knownSyncs } from './known-flow.ts';

/**
 * What an audit would have observed at the time of a state, as far as the history stores it: logs, positions and
 * mapping of both sides. The history stores no heartbeats, checkpoints or Connect offsets, so these are `off`.
 * @param syncsTopic name of the flow's offset-syncs topic
 */
export function observationAsOf(flow: Flow, known: KnownFlow, syncsTopic: string): FlowObservation {
  const { state } = known;
  const logs = { source: logsOf(state, 'source', flow), target: logsOf(state, 'target', flow) };
  const sourceDown = downThen(state, 'source', flow.source);
  const targetDown = downThen(state, 'target', flow.target);
  const topics = [...logs.source].map(([topic, partitions]): ObservedTopic => {
    const targetTopic = remoteTopic(flow.policy, flow.source, topic);
    return {
      topic,
      targetTopic,
      sourceId: state.topicIds.source.get(topic) ?? null,
      targetId: state.topicIds.target.get(targetTopic) ?? null,
      source: partitions,
      // The history keeps the doubts that they left, not the records.
      firstRecords: [],
      target: logs.target.get(targetTopic) ?? null,
    };
  });
  return {
    flow,
    at: state.at,
    sourceDown,
    targetDown,
    topics: topics.sort((a, b) => (a.topic < b.topic ? -1 : 1)),
    targetTopics: new Set(logs.target.keys()),
    syncs: syncsThen(flow, known, syncsTopic),
    checkpoints: { kind: 'off' },
    heartbeat: { kind: 'off' },
    connectOffsets: { kind: 'off' },
    groups: groupsOf(known),
    targetGroups: targetGroupsOf(state),
    listingComplete: true,
    remembered: null,
    cuts: state.cuts,
    doubted: new Set(state.unread.flatMap(({ kind, name }) => (kind === 'mapping' ? [name] : []))),
    unread: [sourceDown, targetDown].filter((side) => side !== null),
    opposite: null,
  };
}

/** What an audit could not read of the syncs is as old as before: MM2 may have written others by then. */
function syncsThen(flow: Flow, known: KnownFlow, topic: string): FlowObservation['syncs'] {
  const role = flow.offsetSyncsLocation;
  const syncs = knownSyncs(known, topic, role);
  if (syncs === null) return { kind: 'missing', topic, known: null };
  const isUnread = known.state.unread.some(
    (part) => part.role === role && (part.kind === 'syncs' || part.kind === 'cluster'),
  );
  if (!isUnread) return { kind: 'read', value: syncs };
  const message = `${topic} could not be read at that time`;
  const unread = { what: 'offset syncs', cluster: flow[role], error: 'NOT_RECORDED', message, retriable: false };
  return { kind: 'unread', topic, unread, known: syncs };
}

/** Ends of an earlier audit would contradict syncs of this one: what the audit could not read stays so. */
function logsOf(state: HistoryState, role: ClusterRole, flow: Flow): Map<string, Outcome<LogOffsets>[]> {
  const logs = new Map<string, Outcome<LogOffsets>[]>();
  const unread = state.unread.filter((part) => part.role === role);
  const isDown = unread.some(({ kind }) => kind === 'cluster');
  const topics = new Set(unread.flatMap(({ kind, name }) => (kind === 'topic' ? [name] : [])));
  for (const series of state.known()) {
    if (series.kind !== 'end' || series.role !== role) continue;
    const { topic, partition } = series;
    const end = state.get(series);
    const start = state.get({ kind: 'start', role, topic, partition });
    if (end === null || start === null) continue;
    let partitions = logs.get(topic);
    if (partitions === undefined) {
      partitions = [];
      logs.set(topic, partitions);
    }
    while (partitions.length <= partition) partitions.push(NOT_RECORDED);
    partitions[partition] =
      isDown || topics.has(topic)
        ? unreadLog(flow[role], `${topic} could not be read at that time`)
        : read({ start, highWatermark: end, lastStableOffset: end });
  }
  return logs;
}

function unreadLog(cluster: string, message: string): Outcome<never> {
  return { kind: 'unread', unread: { what: 'log offsets', cluster, error: 'NOT_RECORDED', message, retriable: false } };
}

const NOT_RECORDED = unreadLog('', 'the history has no offsets of this partition');

function downThen(state: HistoryState, role: ClusterRole, cluster: string): Unread | null {
  if (!state.unread.some((part) => part.role === role && part.kind === 'cluster')) return null;
  const message = `cluster ${cluster} did not answer at that time`;
  return { what: `cluster ${cluster}`, cluster, error: 'UNREACHABLE', message, retriable: false };
}

function groupsOf(known: KnownFlow): ObservedGroup[] {
  const readAt = groupReadAt(known);
  const groups = [...known.state.sourceCommits()].map(([group, commits]): ObservedGroup => {
    const committed: CommittedOffset[] = [];
    for (const [topic, partition, commit] of commits.entries()) committed.push({ topic, partition, ...commit });
    return { listing: listingOf(group), committed: read(committed), checkedAt: readAt(group) };
  });
  return groups.sort((a, b) => (a.listing.group < b.listing.group ? -1 : 1));
}

function targetGroupsOf(state: HistoryState): Map<string, ObservedTargetGroup> {
  return new Map(
    [...state.positions('target')].map(([group, partitions]: [string, PartitionMap<bigint>]) => [
      group,
      { listing: listingOf(group), committed: read(partitions) },
    ]),
  );
}

/** The history does not store group membership. */
function listingOf(group: string): ObservedGroup['listing'] {
  return { group, state: 'Empty', type: 'unknown', protocolType: '' };
}
