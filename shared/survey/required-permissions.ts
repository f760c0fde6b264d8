import { namesAndPrefixes } from '../domain/mirror/java-pattern.ts';
import {
  checkpointsTopic,
  HEARTBEATS_TOPIC,
  offsetSyncsTopic,
  remotePrefix,
  remoteTopic,
} from '../domain/mirror/replication-policy.ts';
import type { Flow } from '../domain/model/flow.ts';
import type { Permission } from '../domain/model/permission.ts';
import type { FlowFilter } from './flow-filter.ts';

/** A topic that MM2 or Connect writes for a flow and an audit reads. */
export interface InternalTopic {
  readonly role: 'offset-syncs' | 'checkpoints' | 'heartbeats' | 'connect-offsets';
  readonly cluster: string;
  readonly topic: string;
}

/** The topics beside the mirrored ones, as far as the flow is configured to have them. */
export function internalTopicsOf(flow: Flow): readonly InternalTopic[] {
  const { source, target, policy } = flow;
  const topics: InternalTopic[] = [];
  if (flow.emitOffsetSyncs) {
    const onSource = flow.offsetSyncsLocation === 'source';
    topics.push({
      role: 'offset-syncs',
      cluster: onSource ? source : target,
      topic: offsetSyncsTopic(policy, onSource ? target : source),
    });
  }
  if (flow.emitCheckpoints.enabled) {
    topics.push({ role: 'checkpoints', cluster: target, topic: checkpointsTopic(policy, source) });
  }
  if (flow.emitHeartbeats.enabled) {
    topics.push({ role: 'heartbeats', cluster: target, topic: remoteTopic(policy, source, HEARTBEATS_TOPIC) });
  }
  if (flow.connectOffsets !== null) {
    const cluster = flow.connectOffsets.cluster === 'source' ? source : target;
    topics.push({ role: 'connect-offsets', cluster, topic: flow.connectOffsets.topic });
  }
  return topics;
}

/**
 * What auditing a flow needs on one of its clusters: Describe on the cluster (else Kafka leaves groups out of its list
 * silently), Describe and Read on topics, Describe on groups. Nothing that writes. Names ending in `*` are
 * prefixes, `*` alone is all; where a filter chooses among topics or groups, only what has a name is needed.
 */
export function permissionsOf(flow: Flow, cluster: string, filter: FlowFilter = {}): readonly Permission[] {
  const needed: Permission[] = [{ operation: 'Describe', resourceType: 'Cluster', resourceName: 'kafka-cluster' }];
  const topics = namesAndPrefixes(flow.topics, 'topics').filter((name) => isChosen(name, filter.topic));
  const mirrored = topics.flatMap((topic) => [
    ...(cluster === flow.source ? [topic] : []),
    ...(cluster === flow.target ? [onTarget(flow, topic)] : []),
  ]);
  const internal = internalTopicsOf(flow).flatMap((one) => (one.cluster === cluster ? [one.topic] : []));
  for (const resourceName of new Set([...mirrored, ...internal])) needed.push(...readingOf(resourceName));
  for (const resourceName of namesAndPrefixes(flow.groups, 'groups')) {
    if (!isChosen(resourceName, filter.group)) continue;
    needed.push({ operation: 'Describe', resourceType: 'Group', resourceName });
  }
  return withoutCovered(needed);
}

/** What it takes to know a topic's log and to look into it. */
export function readingOf(topic: string): readonly Permission[] {
  return [
    { operation: 'Describe', resourceType: 'Topic', resourceName: topic },
    { operation: 'Read', resourceType: 'Topic', resourceName: topic },
  ];
}

function isChosen(name: string, chooses: ((name: string) => boolean) | undefined): boolean {
  return chooses === undefined || (!name.endsWith('*') && chooses(name));
}

function onTarget({ policy, source }: Flow, topic: string): string {
  return topic.endsWith('*') ? `${remotePrefix(policy, source)}${topic}` : remoteTopic(policy, source, topic);
}

/** Drops what a wider one of the same operation covers. */
export function withoutCovered(permissions: readonly Permission[]): readonly Permission[] {
  return permissions.filter(
    (one) =>
      !permissions.some(
        (other) =>
          other.resourceName !== one.resourceName &&
          other.operation === one.operation &&
          other.resourceType === one.resourceType &&
          other.resourceName.endsWith('*') &&
          one.resourceName.startsWith(other.resourceName.slice(0, -1)),
      ),
  );
}
