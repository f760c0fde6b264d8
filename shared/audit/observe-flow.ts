import type { GroupListing } from '../domain/cluster-data.ts';
import type { Flow } from '../domain/flow.ts';
import { knownSyncs, rememberedTopics } from '../domain/history/known-flow.ts';
import type { FlowObservation } from '../domain/observation.ts';
import { selectionOf } from '../domain/selection.ts';
import type { Unread } from '../domain/unread.ts';
import type { ClusterReader } from '../ports.ts';
import type { AuditFilter } from './audit-filter.ts';
import type { FlowMemory } from './audit-memory.ts';
import { collapseUnread } from './collapse-unread.ts';
import { connect, refuseIfHidden } from './connect-side.ts';
import { mirroredTopics, partitionUnread, readEnds } from './mirrored-topics.ts';
import {
  groupsAsLastKnown,
  isConsumerGroup,
  lastKnownGroups,
  listGroups,
  readGroups,
  readTargetGroups,
} from './read-groups.ts';
import {
  readCheckpoints,
  readConnectOffsets,
  readHeartbeat,
  readSyncs,
  type Side,
  syncsTopicOf,
} from './read-mirror-topics.ts';
import { internalTopicsOf, permissionsOf } from './required-permissions.ts';

export interface ObserveOptions {
  readonly flow: Flow;
  readonly source: ClusterReader;
  readonly target: ClusterReader;
  readonly opposite: Flow | null;
  readonly filter: AuditFilter;
  readonly memory: FlowMemory;
  readonly now: () => number;
}

/**
 * Reads one flow in the order that keeps a moving mirror from looking wrong: mapping and checkpoints, then the
 * groups' commits (target before source), then the ends of the logs (target before source).
 */
export async function observeFlow(options: ObserveOptions): Promise<FlowObservation> {
  const { flow, filter, memory, now } = options;
  const at = now();
  const selection = selectionOf(flow);
  const [source, target] = await Promise.all([
    connect(options.source, permissionsOf(flow, flow.source, filter)),
    connect(options.target, permissionsOf(flow, flow.target, filter)),
  ]);
  const sourceSide = 'reader' in source ? source : null;
  const targetSide = 'reader' in target ? target : null;
  const sourceDown = 'reader' in source ? null : source;
  const targetDown = 'reader' in target ? null : target;

  const syncSide = flow.offsetSyncsLocation === 'source' ? sourceSide : targetSide;
  const connectSide = flow.connectOffsets?.cluster === 'source' ? sourceSide : targetSide;
  const unreachable = sourceDown ?? targetDown;
  const { known } = memory;
  const remembered = known === null ? null : knownSyncs(known, syncsTopicOf(flow), flow.offsetSyncsLocation);
  const [syncs, checkpoints, heartbeat, connectOffsets] = await Promise.all([
    syncSide === null
      ? { ...down('offset syncs', unreachable), ...(remembered === null ? {} : { known: remembered }) }
      : readSyncs(flow, syncSide, remembered),
    targetSide === null ? down('checkpoints', targetDown) : readCheckpoints(flow, targetSide, memory.checkpoints),
    targetSide === null ? down('heartbeats', targetDown) : readHeartbeat(flow, targetSide, at),
    readConnectOffsets(flow, connectSide, memory.connectOffsets),
  ]);

  const topics = mirroredTopics(flow, selection, filter, sourceSide, targetSide);
  const told = [
    ...(syncs.kind === 'read' ? syncs.value.histories.topics() : []),
    ...(connectOffsets.kind === 'read' ? connectOffsets.value.topics() : []),
  ].filter((topic) => selection.topic(topic) === 'mirrored' && (filter.topic?.(topic) ?? true));
  const internal = (cluster: string) => internalTopicsOf(flow).flatMap((t) => (t.cluster === cluster ? [t.topic] : []));
  await Promise.all([
    refuseIfHidden(sourceSide, [...told, ...internal(flow.source)]),
    refuseIfHidden(targetSide, [...topics.map(({ targetTopic }) => targetTopic), ...internal(flow.target)]),
  ]);
  const wanted = (group: GroupListing) =>
    isConsumerGroup(group) && selection.group(group.group) && (filter.group?.(group.group) ?? true);
  const groupUnread: Unread[] = [];
  const listing = sourceSide === null ? null : await listGroups(sourceSide.reader, wanted, groupUnread);
  const names =
    listing?.map(({ group }) => group) ??
    lastKnownGroups(known, checkpoints).filter((group) => filter.group?.(group) ?? true);
  const targetGroups =
    targetSide === null ? new Map() : await readTargetGroups(targetSide.reader, new Set(names), groupUnread);
  const mirrored = new Set(topics.map(({ topic }) => topic));
  const groups =
    sourceSide !== null && listing !== null
      ? await readGroups(sourceSide.reader, listing, mirrored, now)
      : groupsAsLastKnown(known, checkpoints, topics, names);

  const observed = await readEnds(topics, sourceSide, targetSide, sourceDown, targetDown);
  return {
    flow,
    at,
    sourceDown,
    targetDown,
    topics: observed,
    targetTopics: new Set(targetSide?.metadata.topics.keys() ?? []),
    syncs,
    checkpoints,
    heartbeat,
    connectOffsets,
    groups,
    targetGroups,
    listingComplete: listing !== null && groupUnread.length === 0,
    remembered: {
      source: known === null ? new Map() : rememberedTopics(known, 'source'),
      target: known === null ? new Map() : rememberedTopics(known, 'target'),
    },
    lastKnown: known,
    unread: collapseUnread([
      ...[sourceDown, targetDown].filter((side) => side !== null),
      ...[syncs, checkpoints, heartbeat, connectOffsets].flatMap((t) => (t.kind === 'unread' ? [t.unread] : [])),
      ...(syncs.kind === 'read' ? malformedRecords(syncs.value, syncSide) : []),
      ...(checkpoints.kind === 'read' ? malformedRecords(checkpoints.value, targetSide) : []),
      ...groupUnread,
      ...groups.flatMap((g) => (g.committed.kind === 'unread' ? [g.committed.unread] : [])),
      ...(unreachable === null ? observed.flatMap(partitionUnread) : []),
    ]),
    opposite: options.opposite,
  };
}

/** Records that were passed over: whoever reads the report has to know that there was something. */
function malformedRecords(
  { topic, malformed }: { readonly topic: string; readonly malformed: number },
  side: Side | null,
): Unread[] {
  if (malformed === 0) return [];
  const message = `${malformed} of its records are not what MirrorMaker writes there`;
  return [{ what: topic, cluster: side?.reader.alias ?? '', error: 'MALFORMED_RECORDS', message, retriable: false }];
}

function down(what: string, side: Unread | null): { kind: 'unread'; topic: string; unread: Unread } {
  const reason = side ?? { what, cluster: '', error: 'UNREACHABLE', message: 'cluster unreachable', retriable: true };
  return { kind: 'unread', topic: what, unread: reason };
}
