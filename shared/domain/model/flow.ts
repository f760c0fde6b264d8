/** Which of a flow's two clusters. */
export type ClusterRole = 'source' | 'target';

/**
 * How MM2 names topics on the other side: `replication.policy.class` and its separators. Its own classes are
 * `DefaultReplicationPolicy` and `IdentityReplicationPolicy`; of another class, a person has described the names.
 */
export type ReplicationPolicy = Separators & (OwnPolicy | TemplatePolicy);

interface OwnPolicy {
  readonly kind: 'default' | 'identity';
}

/** Names are text with `{topic}` once and `{source}`, the alias, at most once: `{source}-{topic}`. */
export interface TemplatePolicy {
  readonly kind: 'template';
  readonly topic: string;
  /** Name of the mirrored `heartbeats`, with `{source}` at most once. */
  readonly heartbeats: string;
}

interface Separators {
  /** `replication.policy.separator`, by default a dot. */
  readonly separator: string;
  /**
   * Separator inside MM2's internal topic names (`replication.policy.internal.topic.separator.enabled`): the
   * policy's own separator, or a dot where that is switched off.
   */
  readonly internalSeparator: string;
}

/**
 * One direction of replication as MM2 is configured for it: everything the audit has to know of MM2's settings, with
 * MM2's own defaults (Kafka 4.3 `MirrorSourceConfig`, `MirrorCheckpointConfig`, `MirrorHeartbeatConfig`).
 */
export interface Flow {
  /** Alias of the source cluster. */
  readonly source: string;
  /** Alias of the target cluster. */
  readonly target: string;
  readonly policy: ReplicationPolicy;
  /** Java regular expressions or plain names, as MM2's `topics` lists them. */
  readonly topics: readonly string[];
  readonly topicsExclude: readonly string[];
  readonly groups: readonly string[];
  readonly groupsExclude: readonly string[];
  /** Which cluster holds the offset-syncs topic (`offset-syncs.topic.location`). */
  readonly offsetSyncsLocation: 'source' | 'target';
  readonly emitOffsetSyncs: boolean;
  readonly emitCheckpoints: { readonly enabled: boolean; readonly intervalMs: number };
  readonly syncGroupOffsets: { readonly enabled: boolean; readonly intervalMs: number };
  readonly emitHeartbeats: { readonly enabled: boolean; readonly intervalMs: number };
  readonly heartbeatsReplication: boolean;
  readonly offsetLagMax: number;
  readonly offsetFlushIntervalMs: number;
  readonly refreshTopicsIntervalMs: number;
  readonly refreshGroupsIntervalMs: number;
  /** Isolation level of MM2's consumer on the source; MM2's default is read_uncommitted. */
  readonly isolationLevel: 'read_uncommitted' | 'read_committed';
  /** Where MM2's consumer begins without a position; MM2's default is earliest. */
  readonly autoOffsetReset: 'earliest' | 'latest';
  readonly exactlyOnce: boolean;
  /** Kafka Connect's offset topic and the cluster that holds it; null if the configuration does not name it. */
  readonly connectOffsets: { readonly cluster: 'source' | 'target'; readonly topic: string } | null;
}

/** The flow's name as MM2's own configuration spells it: `A->B`. */
export function flowName(flow: { readonly source: string; readonly target: string }): string {
  return `${flow.source}->${flow.target}`;
}

/** The flow in the other direction, or null if none is configured. */
export function oppositeOf(flow: Flow, flows: readonly Flow[]): Flow | null {
  return flows.find(({ source, target }) => source === flow.target && target === flow.source) ?? null;
}
