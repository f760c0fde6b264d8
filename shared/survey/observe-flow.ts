import { knownSyncs, rememberedFlow } from '../domain/history/known-flow.ts';
import type { FlowObservation } from '../domain/judge/observation.ts';
import { syncsTopicOf } from '../domain/mirror/replication-policy.ts';
import { mixedSyncsOf, selectionOf } from '../domain/mirror/selection.ts';
import type { GroupListing } from '../domain/model/cluster.ts';
import type { Flow } from '../domain/model/flow.ts';
import { isMirrorStopped } from '../domain/model/mirror-connector.ts';
import type { Unread } from '../domain/model/outcome.ts';
import type { FlowClusters } from '../history/history-lineage.ts';
import type { ClusterReader, ConnectorReader, MirrorMetricsReader } from '../ports.ts';
import { withCommitsBeyond } from './commits-beyond.ts';
import { connect, refuseIfHidden, type Side } from './connect-side.ts';
import type { FlowFilter } from './flow-filter.ts';
import type { FlowMemory } from './flow-memory.ts';
import { withEpochEnds } from './leader-changes.ts';
import { mirroredTopics, partitionUnread, readEnds } from './mirrored-topics.ts';
import { withOutgrownEpochs } from './outgrown-epochs.ts';
import {
  groupsAsLastKnown,
  isConsumerGroup,
  lastKnownGroups,
  listGroups,
  readGroups,
  readTargetGroups,
  withLastKnown,
  withUnlisted,
} from './read-groups.ts';
import { readCheckpoints, readConnectOffsets, readHeartbeat, readSyncs } from './read-mirror-topics.ts';
import { internalTopicsOf, permissionsOf } from './required-permissions.ts';

export interface ObserveOptions {
  readonly flow: Flow;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly opposite: Flow | null;
  /** Null if the configuration names no Kafka Connect cluster for the flow. */
  readonly connectors?: ConnectorReader | null;
  readonly oppositeConnectors?: ConnectorReader | null;
  /** Null if the configuration names no exporter for the flow. */
  readonly metrics?: MirrorMetricsReader | null;
  readonly filter?: FlowFilter;
  readonly memory: FlowMemory;
  readonly now: () => number;
  /** Called when both clusters have answered, or have not, and before `memory` is used. */
  readonly connected?: (clusters: FlowClusters) => Promise<void>;
}

/**
 * Reads one flow in the order that keeps a moving mirror from looking wrong: mapping and checkpoints, then the
 * groups' commits (target before source), then the ends of the logs (target before source).
 */
export async function observeFlow(options: ObserveOptions): Promise<FlowObservation> {
  const { flow, filter = {}, memory, now } = options;
  const at = now();
  // Begins now: Connect answers on its own time, and has to be heard even if a cluster is down.
  const asked = options.connectors?.connectorsOf(flow);
  const askedMetrics = options.metrics?.metricsOf(flow);
  const askedOpposite =
    options.opposite === null ? undefined : options.oppositeConnectors?.connectorsOf(options.opposite);
  const selection = selectionOf(flow);
  const [source, target] = await Promise.all([
    connect(options.source, permissionsOf(flow, flow.source, filter)),
    connect(options.target, permissionsOf(flow, flow.target, filter)),
  ]);
  const clusters = { source: clusterIdOf(source), target: clusterIdOf(target) };
  memory.begin(clusters);
  await options.connected?.(clusters);
  const sourceDown = source.kind === 'down' ? source.unread : null;
  const targetDown = target.kind === 'down' ? target.unread : null;

  const syncSide = flow.offsetSyncsLocation === 'source' ? source : target;
  const connectSide = flow.connectOffsets?.cluster === 'source' ? source : target;
  const { known } = memory;
  const couldBeMixed = mixedSyncsOf(flow, options.opposite);
  const onTarget = target.kind === 'up' ? target.metadata.topics : null;
  // The opposite flow mirrors only what its own source has.
  const isMixed = (topic: string) => couldBeMixed(topic) && (onTarget?.has(topic) ?? true);
  const syncsKnown = known === null ? null : knownSyncs(known, syncsTopicOf(flow), flow.offsetSyncsLocation);
  const [syncs, checkpoints, heartbeat, connectOffsets] = await Promise.all([
    syncSide.kind === 'down'
      ? { ...down('offset syncs', sourceDown ?? syncSide.unread), known: syncsKnown }
      : readSyncs(flow, syncSide, syncsKnown, isMixed),
    target.kind === 'down' ? down('checkpoints', target.unread) : readCheckpoints(flow, target, memory.checkpoints),
    target.kind === 'down' ? down('heartbeats', target.unread) : readHeartbeat(flow, target, at),
    readConnectOffsets(flow, connectSide, memory.connectOffsets),
  ]);

  const topics = mirroredTopics(flow, selection, filter, source, target, known);
  const told = [
    ...(syncs.kind === 'read' ? syncs.value.histories.topics() : []),
    ...(connectOffsets.kind === 'read' ? connectOffsets.value.topics() : []),
  ].filter((topic) => selection.topic(topic) === 'mirrored' && (filter.topic?.(topic) ?? true));
  const internal = (cluster: string) => internalTopicsOf(flow).flatMap((t) => (t.cluster === cluster ? [t.topic] : []));
  await Promise.all([
    refuseIfHidden(source, [...told, ...internal(flow.source)]),
    refuseIfHidden(target, [...topics.map(({ targetTopic }) => targetTopic), ...internal(flow.target)]),
  ]);
  const chosen = (group: string) => selection.group(group) && (filter.group?.(group) ?? true);
  const wanted = (group: GroupListing) => isConsumerGroup(group) && chosen(group.group);
  const groupUnread: Unread[] = [];
  const lastKnown = lastKnownGroups(known, checkpoints).filter(chosen);
  const listed = source.kind === 'down' ? null : await listGroups(source, wanted, groupUnread);
  const listing = listed === null ? null : withUnlisted(listed, lastKnown);
  const names = listing?.map(({ group }) => group) ?? lastKnown;
  const targetGroups = target.kind === 'down' ? new Map() : await readTargetGroups(target, new Set(names), groupUnread);
  const mirrored = new Set(topics.map(({ topic }) => topic));
  const groups =
    source.kind === 'up' && listing !== null
      ? withLastKnown(await readGroups(source.reader, listing, mirrored, now), known, checkpoints, topics)
      : groupsAsLastKnown(known, checkpoints, topics, names);

  const [connectors, oppositeConnectors, metrics] = await Promise.all([asked, askedOpposite, askedMetrics]);
  const sameCluster = sameClusterOf(source, target);
  const ends = await withEpochEnds(await readEnds(topics, source, target, flow.isolationLevel), source, target, known);
  const observed =
    source.kind === 'up' ? await withOutgrownEpochs(withCommitsBeyond(ends, groups), groups, source.reader) : ends;
  return {
    flow,
    at,
    sourceDown,
    targetDown,
    topics: observed,
    targetTopics: new Set(target.kind === 'up' ? target.metadata.topics.keys() : []),
    syncs,
    checkpoints,
    heartbeat,
    connectOffsets,
    groups,
    targetGroups,
    listingComplete: listing !== null && groupUnread.length === 0,
    remembered: known === null ? null : rememberedFlow(known),
    unread: collapseUnread([
      ...[sourceDown, targetDown].filter((side) => side !== null),
      ...[syncs, checkpoints, heartbeat, connectOffsets].flatMap((t) => (t.kind === 'unread' ? [t.unread] : [])),
      ...(connectors?.kind === 'unread' ? [connectors.unread] : []),
      ...(metrics?.kind === 'unread' ? [metrics.unread] : []),
      ...(syncs.kind === 'read' ? malformedRecords(syncs.value, syncSide) : []),
      ...(checkpoints.kind === 'read' ? malformedRecords(checkpoints.value, target) : []),
      ...groupUnread,
      ...[...groups, ...targetGroups.values()].flatMap(({ committed }) =>
        committed.kind === 'unread' ? [committed.unread] : [],
      ),
      ...(source.kind === 'up' && target.kind === 'up' ? observed.flatMap(partitionUnread) : []),
    ]),
    mixedSyncs: new Set(topics.flatMap(({ topic }) => (isMixed(topic) ? [topic] : []))),
    ...(connectors === undefined ? {} : { connectors }),
    ...(metrics === undefined ? {} : { metrics }),
    ...(sameCluster === null ? {} : { sameCluster }),
    opposite: options.opposite,
    ...(isMirrorStopped(oppositeConnectors) ? { oppositeIsStopped: true } : {}),
  };
}

/** Null if the cluster did not answer; empty if it answered and has no id. */
function clusterIdOf(side: Side): string | null {
  return side.kind === 'down' ? null : (side.metadata.clusterId ?? '');
}

/** The id that both sides have, if it is one cluster; else null. */
function sameClusterOf(source: Side, target: Side): string | null {
  if (source.kind === 'down' || target.kind === 'down') return null;
  const { clusterId } = source.metadata;
  return clusterId === target.metadata.clusterId ? clusterId : null;
}

/** Records that the reader skipped: the report has to show that there were some. */
function malformedRecords(
  { topic, malformed }: { readonly topic: string; readonly malformed: number },
  side: Side,
): Unread[] {
  if (malformed === 0) return [];
  const message = `${malformed} of its records are not what MirrorMaker writes there`;
  return [
    {
      what: topic,
      cluster: side.kind === 'up' ? side.reader.alias : side.unread.cluster,
      error: 'MALFORMED_RECORDS',
      message,
      retriable: false,
    },
  ];
}

function down(what: string, reason: Unread): { kind: 'unread'; topic: string; unread: Unread; known: null } {
  return { kind: 'unread', topic: what, unread: reason, known: null };
}

/** One line for each cause: a dead broker takes hundreds of partitions with it. */
function collapseUnread(all: readonly Unread[]): Unread[] {
  const causes = new Map<string, { first: Unread; count: number }>();
  for (const one of all) {
    const key = `${one.cluster}\n${one.error}\n${one.message}`;
    const cause = causes.get(key);
    if (cause === undefined) causes.set(key, { first: one, count: 1 });
    else cause.count++;
  }
  return [...causes.values()].map(({ first, count }) =>
    count === 1 ? first : { ...first, what: `${first.what} and ${count - 1} more` },
  );
}
