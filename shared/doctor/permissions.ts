import type { TidemarkConfig } from '../config/tidemark-config.ts';
import type { Flow } from '../domain/flow.ts';
import { checkpointsTopic, HEARTBEATS_TOPIC, offsetSyncsTopic, remoteTopic } from '../domain/replication-policy.ts';
import type { Permission } from '../errors.ts';

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
 * What an audit of this configuration needs, by cluster: Describe on the cluster (to list groups), Describe and Read on
 * topics, Describe on groups. Nothing else, and nothing that writes. Names ending in `*` are prefixes; `*` alone is all.
 */
export function requiredPermissions(config: TidemarkConfig): ReadonlyMap<string, readonly Permission[]> {
  const needed = new Map<string, Map<string, Permission>>();
  const need = (cluster: string, permission: Permission): void => {
    const { operation, resourceType, resourceName } = permission;
    const ofCluster = needed.get(cluster) ?? new Map<string, Permission>();
    ofCluster.set(`${resourceType} ${resourceName} ${operation}`, permission);
    needed.set(cluster, ofCluster);
  };
  const readTopic = (cluster: string, resourceName: string): void => {
    for (const operation of ['Describe', 'Read'] as const)
      need(cluster, { operation, resourceType: 'Topic', resourceName });
  };
  for (const flow of config.flows) {
    for (const cluster of [flow.source, flow.target]) {
      need(cluster, { operation: 'Describe', resourceType: 'Cluster', resourceName: 'kafka-cluster' });
      need(cluster, { operation: 'Describe', resourceType: 'Group', resourceName: '*' });
    }
    for (const { cluster, topic } of internalTopicsOf(flow)) readTopic(cluster, topic);
    for (const topic of namesOf(flow.topics)) {
      readTopic(flow.source, topic);
      readTopic(
        flow.target,
        topic === '*' && flow.policy.kind === 'default' ? prefixOf(flow) : remoteTopic(flow.policy, flow.source, topic),
      );
    }
  }
  return new Map([...needed].map(([cluster, permissions]) => [cluster, withoutCovered([...permissions.values()])]));
}

/** Plain names as they are; one regular expression among them, and only all topics will do. */
function namesOf(patterns: readonly string[]): readonly string[] {
  return patterns.every((pattern) => /^[a-zA-Z0-9_-]+$/.test(pattern)) ? patterns : ['*'];
}

function prefixOf(flow: Flow): string {
  return `${flow.source}${flow.policy.separator}*`;
}

/** Drops what a wider one of the same operation covers. */
function withoutCovered(permissions: readonly Permission[]): readonly Permission[] {
  return permissions.filter(
    (one) =>
      !permissions.some(
        (other) =>
          other !== one &&
          other.operation === one.operation &&
          other.resourceType === one.resourceType &&
          other.resourceName.endsWith('*') &&
          one.resourceName.startsWith(other.resourceName.slice(0, -1)),
      ),
  );
}
