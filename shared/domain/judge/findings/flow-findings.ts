import { selectionOf } from '../../mirror/selection.ts';
import { counted } from '../../model/figures.ts';
import type { Finding } from '../../model/finding.ts';
import { flowName } from '../../model/flow.ts';
import { isMirrorStopped } from '../../model/mirror-connector.ts';
import type { Unread } from '../../model/outcome.ts';
import type { Loss } from '../../model/report.ts';
import type { AuditPolicy } from '../audit-policy.ts';
import { type Liveness, mirrorTime } from '../liveness.ts';
import { type FlowObservation, isNotAttempted } from '../observation.ts';
import { connectorFindings } from './connector-findings.ts';
import { makeFinding } from './make-finding.ts';

/** What a failover loses: at most, as reported, and at least. */
export interface LossBounds {
  readonly loss: Loss;
  readonly atLeast: bigint;
}

/** What is wrong with the flow as a whole: unreachable sides, a dead mirror, its own topics, its configuration. */
export function flowFindings(
  observation: FlowObservation,
  liveness: Liveness,
  loss: LossBounds,
  policy: AuditPolicy,
): Finding[] {
  return [
    ...unreachable(observation),
    ...oneCluster(observation),
    ...mirrorAlive(observation, liveness, policy),
    ...connectorFindings(observation),
    ...lossOverLimit(loss, policy),
    ...syncTopic(observation, liveness),
    ...checkpointsTopic(observation, liveness),
    ...groupSync(observation, liveness),
    ...incomplete(observation),
    ...replicationLoop(observation),
  ];
}

function unreachable({ sourceDown, targetDown }: FlowObservation): Finding[] {
  return [sourceDown, targetDown].flatMap((down) =>
    down === null || isNotAttempted(down)
      ? []
      : [makeFinding('CLUSTER_UNREACHABLE', { cluster: down.cluster }, down.message, { error: down.error })],
  );
}

/** The same cluster is configured, or reached, as both sides: nothing that the audit says is about a copy elsewhere. */
function oneCluster({ sameCluster, flow }: FlowObservation): Finding[] {
  if (sameCluster === undefined) return [];
  return [
    makeFinding(
      'SAME_CLUSTER',
      { cluster: flow.target },
      `${flow.source} and ${flow.target} are one cluster: both have the id ${sameCluster}`,
      { clusterId: sameCluster },
    ),
  ];
}

function mirrorAlive(observation: FlowObservation, liveness: Liveness, policy: AuditPolicy): Finding[] {
  const { flow } = observation;
  if (endedWithSource(observation, liveness, policy)) return [];
  const subject = { cluster: flow.target };
  const age = liveness.lastSign === null ? null : mirrorTime(observation) - liveness.lastSign;
  const seconds = age === null ? '' : `${(age / 1000).toFixed(0)} s`;
  const evidence = { lastSignMs: liveness.lastSign, ageMs: age, sign: liveness.sign };
  switch (liveness.state) {
    case 'never-started':
      return [
        makeFinding(
          'MIRROR_NEVER_STARTED',
          subject,
          `MM2 has left no trace of ${flowName(flow)}: no offset syncs, checkpoints, Connect offsets or target topics`,
          { topics: observation.topics.length },
        ),
      ];
    case 'stopped':
      return [
        makeFinding(
          'MIRROR_STOPPED',
          subject,
          `MM2 has stopped: it last gave a sign of life ${seconds} ago (${liveness.sign})`,
          evidence,
        ),
      ];
    case 'stale':
      return [
        makeFinding('HEARTBEAT_STALE', subject, `the newest heartbeat on the target is ${seconds} old`, evidence),
      ];
    case 'alive':
    case 'unknown':
      return [];
  }
}

/**
 * Heartbeats are written on the source, so those of a dead one end. Only if they were late already when an audit last read
 * the source, MM2 had stopped before. CLUSTER_UNREACHABLE stands for the rest.
 */
function endedWithSource(
  { sourceDown, remembered, flow, clockAheadMs = 0 }: FlowObservation,
  { lastSign }: Liveness,
  policy: AuditPolicy,
): boolean {
  if (sourceDown === null || lastSign === null) return false;
  const lastRead = (remembered?.readAt.source ?? 0) - clockAheadMs;
  return lastRead - lastSign <= Math.max(policy.mirrorStoppedMs, 3 * flow.emitHeartbeats.intervalMs);
}

function lossOverLimit({ loss, atLeast }: LossBounds, policy: AuditPolicy): Finding[] {
  if (loss.kind === 'unknown' || loss.records <= policy.maxLossRecords) return [];
  return [
    makeFinding(
      'LOSS_OVER_LIMIT',
      {},
      atLeast === loss.records
        ? `a failover now loses ${counted(loss.records, 'record')}, more than ${policy.maxLossRecords}`
        : `a failover now loses up to ${counted(loss.records, 'record')}, at least ${atLeast}; the limit is ${policy.maxLossRecords}`,
      { records: loss.records, atLeast, limit: policy.maxLossRecords, seconds: loss.seconds },
      // A bound that no audit has confirmed must not page anyone.
      atLeast > policy.maxLossRecords ? 'critical' : 'warning',
    ),
  ];
}

function syncTopic(observation: FlowObservation, liveness: Liveness): Finding[] {
  const { syncs, flow, sourceDown, targetDown } = observation;
  // If its cluster is unreachable, so is every topic: that is one problem, not two.
  if ((flow.offsetSyncsLocation === 'source' ? sourceDown : targetDown) !== null) return [];
  const cluster = flow.offsetSyncsLocation === 'source' ? flow.source : flow.target;
  switch (syncs.kind) {
    case 'off':
      return [];
    case 'missing':
      if (liveness.state === 'never-started') return [];
      return [
        makeFinding(
          'SYNC_TOPIC_MISSING',
          { cluster, topic: syncs.topic },
          `there is no offset-syncs topic ${syncs.topic} on ${cluster}: no group can be translated`,
          { location: flow.offsetSyncsLocation },
        ),
      ];
    case 'unread':
      return [
        makeFinding(
          'SYNC_TOPIC_UNREADABLE',
          { cluster, topic: syncs.topic },
          `${syncs.topic} could not be read: ${syncs.unread.message}`,
          { error: syncs.unread.error },
        ),
      ];
    case 'read':
      if (syncs.value.malformed === 0) return mixedSyncs(observation, cluster, syncs.value.topic);
      return [
        ...mixedSyncs(observation, cluster, syncs.value.topic),
        makeFinding(
          'SYNC_TOPIC_UNREADABLE',
          { cluster, topic: syncs.value.topic },
          `${counted(syncs.value.malformed, 'record')} of ${syncs.value.topic} ${syncs.value.malformed === 1 ? 'is no offset sync and was' : 'are not offset syncs and were'} left out`,
          { malformed: BigInt(syncs.value.malformed) },
          'warning',
        ),
      ];
  }
}

/** MM2 reads the same topic: its own checkpoints of these topics are as wrong. */
function mixedSyncs({ mixedSyncs: mixed, flow }: FlowObservation, cluster: string, topic: string): Finding[] {
  const [first] = mixed ?? [];
  if (mixed === undefined || first === undefined) return [];
  const message = `${flowName(flow)} and the opposite flow both write their offset syncs to ${topic}: those of ${counted(mixed.size, 'topic')}, such as ${first}, cannot be distinguished`;
  return [makeFinding('SYNC_TOPIC_UNREADABLE', { cluster, topic }, message, { mixed: mixed.size })];
}

function checkpointsTopic({ checkpoints, flow, groups, targetDown }: FlowObservation, liveness: Liveness): Finding[] {
  if (liveness.state === 'never-started' || targetDown !== null) return [];
  if (checkpoints.kind === 'missing' && groups.some((group) => hasCommits(group.committed))) {
    return [
      makeFinding(
        'CHECKPOINTS_MISSING',
        { cluster: flow.target, topic: checkpoints.topic },
        `there is no checkpoints topic ${checkpoints.topic}: MM2's checkpoint connector has translated no group`,
        { groups: groups.length },
      ),
    ];
  }
  if (checkpoints.kind === 'unread') {
    return [
      makeFinding(
        'CHECKPOINTS_MISSING',
        { cluster: flow.target, topic: checkpoints.topic },
        `${checkpoints.topic} could not be read: ${checkpoints.unread.message}`,
        { error: checkpoints.unread.error },
      ),
    ];
  }
  return [];
}

function hasCommits(committed: FlowObservation['groups'][number]['committed']): boolean {
  return committed.kind === 'read' && committed.value.length > 0;
}

function groupSync({ flow, groups }: FlowObservation, liveness: Liveness): Finding[] {
  if (flow.syncGroupOffsets.enabled || groups.length === 0 || liveness.state === 'never-started') return [];
  return [
    makeFinding(
      'GROUP_SYNC_OFF',
      { cluster: flow.target },
      'sync.group.offsets.enabled is off: after a failover groups start where auto.offset.reset puts them, unless they are restored',
      { groups: groups.length },
    ),
  ];
}

/**
 * Parts in scope that could not be read. The rest of the audit holds without them, and they do not hold up a failover.
 */
function incomplete(observation: FlowObservation): Finding[] {
  const { groups, targetGroups, heartbeat, connectOffsets, connectors, metrics, unread, sourceDown, targetDown } =
    observation;
  const sides = [sourceDown, targetDown].flatMap((down) => (down !== null && isNotAttempted(down) ? [down] : []));
  if (sides.length > 0) return sides.map(notAttempted);
  const connect = [
    ...(connectors?.kind === 'unread' ? [{ asked: 'connectors', unread: connectors.unread } as const] : []),
    ...(metrics?.kind === 'unread' ? [{ asked: 'metrics', unread: metrics.unread } as const] : []),
  ];
  // CLUSTER_UNREACHABLE stands for every part of that cluster.
  if (sourceDown !== null || targetDown !== null) return connect.map((one) => tasksUnread(observation, one));
  const source = groups.flatMap(({ committed }) => (committed.kind === 'unread' ? [committed.unread] : []));
  const target = [...targetGroups.values()].flatMap(({ committed }) =>
    committed.kind === 'unread' ? [committed.unread] : [],
  );
  const topics = [heartbeat, connectOffsets].flatMap((topic) => (topic.kind === 'unread' ? [topic.unread] : []));
  const listings = observation.listingComplete ? 0 : 1;
  const others = source.length + target.length + topics.length + listings;
  if (others === 0) return connect.map((one) => tasksUnread(observation, one));
  const first = [...source, ...target, ...topics, ...unread][0];
  return [
    makeFinding(
      'AUDIT_INCOMPLETE',
      first === undefined ? {} : { cluster: first.cluster },
      `${counted(others + connect.length, 'part')} of the flow could not be read: ${first?.message ?? 'not all groups of the source were listed'}`,
      {
        groupsOnSource: source.length,
        groupsOnTarget: target.length,
        listings,
        topics: topics.length,
        ...(connect.length === 0 ? {} : { connectors: connect.length }),
        error: first?.error ?? null,
      },
    ),
  ];
}

function tasksUnread(
  { flow }: FlowObservation,
  { asked, unread: { cluster, message, error } }: { readonly asked: 'connectors' | 'metrics'; readonly unread: Unread },
): Finding {
  const what = asked === 'connectors' ? 'whether a task of' : 'what the workers export of';
  const unknown = `${what} ${flowName(flow)}${asked === 'connectors' ? ' has failed' : ''} is unknown: ${message}`;
  return makeFinding('AUDIT_INCOMPLETE', { cluster }, unknown, { error });
}

/** A timeout is no dead cluster. */
function notAttempted({ cluster, message, error }: Unread): Finding {
  return makeFinding(
    'AUDIT_INCOMPLETE',
    { cluster },
    `the audit ended before it could read cluster ${cluster}; that does not mean that the cluster is down: ${message}`,
    { error },
  );
}

/** Under the identity policy a name cannot stop a record from looping: the two directions must not share a topic. */
function replicationLoop({ flow, opposite, topics, connectors, oppositeIsStopped }: FlowObservation): Finding[] {
  if (opposite === null || flow.policy.kind !== 'identity' || opposite.policy.kind !== 'identity') return [];
  // The mirror of a way back waits like this.
  if (oppositeIsStopped === true || isMirrorStopped(connectors)) return [];
  const back = selectionOf(opposite);
  const shared = topics.filter(({ targetTopic }) => back.topic(targetTopic) === 'mirrored').map(({ topic }) => topic);
  if (shared.length === 0) return [];
  return [
    makeFinding(
      'REPLICATION_LOOP',
      { topic: shared[0] ?? '' },
      `${counted(shared.length, 'topic is mirrored', 'topics are mirrored')} both ways under the identity policy: every record loops forever`,
      { topics: shared.slice(0, 10).join(', '), count: shared.length },
    ),
  ];
}
