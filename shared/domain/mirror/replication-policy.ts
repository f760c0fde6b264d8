import type { Flow, ReplicationPolicy } from '../model/flow.ts';

export const HEARTBEATS_TOPIC = 'heartbeats';
/** How the name of every offset-syncs topic begins. */
export const OFFSET_SYNCS = 'mm2-offset-syncs';

/** Name on the target of a source topic: `A.orders` under the default policy, `orders` under identity. */
export function remoteTopic(policy: ReplicationPolicy, sourceAlias: string, topic: string): string {
  return keepsName(policy, topic) ? topic : `${sourceAlias}${policy.separator}${topic}`;
}

/** The source topic of a topic's name on the target; a name that is no remote topic's is its own. */
export function sourceTopic(policy: ReplicationPolicy, sourceAlias: string, topic: string): string {
  const prefix = `${sourceAlias}${policy.separator}`;
  return keepsName(policy, topic) || !topic.startsWith(prefix) ? topic : topic.slice(prefix.length);
}

/** `mm2-offset-syncs.<X>.internal`: X is the target's alias on the source, the source's alias on the target. */
export function offsetSyncsTopic(policy: ReplicationPolicy, otherAlias: string): string {
  const s = policy.internalSeparator;
  return `${OFFSET_SYNCS}${s}${otherAlias}${s}internal`;
}

/** Name of the flow's offset-syncs topic, on the cluster that `offset-syncs.topic.location` names. */
export function syncsTopicOf(flow: Flow): string {
  return offsetSyncsTopic(flow.policy, flow.offsetSyncsLocation === 'source' ? flow.target : flow.source);
}

/** `<source>.checkpoints.internal`, always on the target. */
export function checkpointsTopic(policy: ReplicationPolicy, sourceAlias: string): string {
  const s = policy.internalSeparator;
  return `${sourceAlias}${s}checkpoints${s}internal`;
}

/**
 * Topics that MM2 never mirrors because they are Kafka's, Connect's or its own (`ReplicationPolicy.isInternalTopic`).
 * Until 3.9 that included every name ending in `.internal` or `-internal`, so these are in doubt: `before-4.0`.
 */
export function internalTopic(policy: ReplicationPolicy, topic: string): 'always' | 'before-4.0' | 'never' {
  const s = policy.internalSeparator;
  if (topic.startsWith('__') || topic.startsWith('.')) return 'always';
  if (topic.startsWith('mm2') && topic.endsWith(`${s}internal`)) return 'always';
  if (topic.endsWith(`checkpoints${s}internal`)) return 'always';
  return topic.endsWith('.internal') || topic.endsWith('-internal') ? 'before-4.0' : 'never';
}

/** Whether the topic is a heartbeats topic, mirrored or not: `heartbeats`, `A.heartbeats`. */
export function isHeartbeatsTopic(policy: ReplicationPolicy, topic: string): boolean {
  return topic === HEARTBEATS_TOPIC || topic.endsWith(`${policy.separator}${HEARTBEATS_TOPIC}`);
}

/**
 * Aliases that a topic's name says it came through, nearest first: `B.A.orders` → `B`, `A`. MM2 takes every part before
 * the last separator as an alias. So a local topic called `eu.orders` looks as if it came from `eu`.
 */
export function ancestors(policy: ReplicationPolicy, topic: string): readonly string[] {
  return keepsName(policy, topic) ? [] : topic.split(policy.separator).slice(0, -1);
}

/** Whether mirroring would send records back to a cluster they came from (`MirrorSourceConnector.isCycle`). */
export function isCycle(policy: ReplicationPolicy, topic: string, targetAlias: string): boolean {
  return ancestors(policy, topic).includes(targetAlias);
}

function keepsName(policy: ReplicationPolicy, topic: string): boolean {
  // Under the identity policy MM2 still renames heartbeats: otherwise both directions would share one topic.
  return policy.kind === 'identity' && !topic.endsWith(HEARTBEATS_TOPIC);
}
