import type { Flow, ReplicationPolicy } from '../model/flow.ts';

export const HEARTBEATS_TOPIC = 'heartbeats';
/** How the name of every offset-syncs topic begins. */
export const OFFSET_SYNCS = 'mm2-offset-syncs';
/** In a template: the alias of the source, and the name of the topic there. */
const SOURCE = '{source}';
const TOPIC = '{topic}';

/** Name on the target of a source topic: `A.orders` under the default policy, `orders` under identity. */
export function remoteTopic(policy: ReplicationPolicy, sourceAlias: string, topic: string): string {
  if (keepsName(policy, topic)) return topic;
  if (policy.kind === 'template' && topic === HEARTBEATS_TOPIC) return filled(policy.heartbeats, sourceAlias);
  const { prefix, suffix } = around(policy, sourceAlias);
  return `${prefix}${topic}${suffix}`;
}

/** The topic of the source that has this name on the target; null if none of its topics can have it. */
export function upstreamTopic(policy: ReplicationPolicy, sourceAlias: string, topic: string): string | null {
  if (keepsName(policy, topic)) return topic;
  if (policy.kind === 'template' && topic === filled(policy.heartbeats, sourceAlias)) return HEARTBEATS_TOPIC;
  const { prefix, suffix } = around(policy, sourceAlias);
  const isLonger = topic.length > prefix.length + suffix.length;
  if (!isLonger || !topic.startsWith(prefix) || !topic.endsWith(suffix)) return null;
  return topic.slice(prefix.length, topic.length - suffix.length);
}

/** A prefix of all names on the target; '' if they have none in common. */
export function remotePrefix(policy: ReplicationPolicy, sourceAlias: string): string {
  return policy.kind === 'identity' ? '' : around(policy, sourceAlias).prefix;
}

/** The source topic of a topic's name on the target; a name that is no remote topic's is its own. */
export function sourceTopic(policy: ReplicationPolicy, sourceAlias: string, topic: string): string {
  return upstreamTopic(policy, sourceAlias, topic) ?? topic;
}

/** How names on the target begin and end; under identity those of heartbeats. */
function around(policy: ReplicationPolicy, sourceAlias: string): { readonly prefix: string; readonly suffix: string } {
  if (policy.kind !== 'template') return { prefix: `${sourceAlias}${policy.separator}`, suffix: '' };
  const [prefix = '', suffix = ''] = policy.topic.split(TOPIC).map((text) => filled(text, sourceAlias));
  return { prefix, suffix };
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
  if (topic === HEARTBEATS_TOPIC) return true;
  if (policy.kind !== 'template') return topic.endsWith(`${policy.separator}${HEARTBEATS_TOPIC}`);
  const [prefix = '', suffix] = policy.heartbeats.split(SOURCE);
  if (suffix === undefined) return topic === prefix;
  return topic.length > prefix.length + suffix.length && topic.startsWith(prefix) && topic.endsWith(suffix);
}

/**
 * Aliases that a topic's name says it came through, nearest first: `B.A.orders` → `B`, `A`. MM2 takes every part before
 * the last separator as an alias. So a local topic called `eu.orders` looks as if it came from `eu`.
 */
function ancestors(policy: ReplicationPolicy, topic: string): readonly string[] {
  return keepsName(policy, topic) ? [] : topic.split(policy.separator).slice(0, -1);
}

/**
 * Whether mirroring would send records back to a cluster they came from (`MirrorSourceConnector.isCycle`). `unknown` where
 * that is up to a class that nobody can ask: the template has no alias, or the topic may have come over other clusters.
 */
export function cycleOf(policy: ReplicationPolicy, topic: string, targetAlias: string): 'cycle' | 'none' | 'unknown' {
  if (policy.kind !== 'template') return ancestors(policy, topic).includes(targetAlias) ? 'cycle' : 'none';
  const came = upstreamTopic(policy, targetAlias, topic) !== null;
  if (!policy.topic.includes(SOURCE)) return came ? 'unknown' : 'none';
  if (came) return 'cycle';
  const { prefix, suffix } = around(policy, targetAlias);
  return topic.includes(prefix) && topic.includes(suffix) ? 'unknown' : 'none';
}

function keepsName(policy: ReplicationPolicy, topic: string): boolean {
  // Under the identity policy MM2 still renames heartbeats: otherwise both directions would share one topic.
  return policy.kind === 'identity' && !topic.endsWith(HEARTBEATS_TOPIC);
}

function filled(template: string, sourceAlias: string): string {
  return template.split(SOURCE).join(sourceAlias);
}
