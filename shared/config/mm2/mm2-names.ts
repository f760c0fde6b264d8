/**
 * Names that MM2's own classes define (`MirrorSourceConfig`, `MirrorCheckpointConfig`, `MirrorHeartbeatConfig`,
 * `MirrorConnectorConfig` of Kafka 4.3) and that matter here or are often misspelled. MM2 silently ignores every other
 * name. A near miss of one of these is worth a warning.
 */
export const MM2_NAMES: ReadonlySet<string> = new Set([
  ...['enabled', 'topics', 'topics.exclude', 'groups', 'groups.exclude', 'tasks.max', 'replication.factor'],
  ...[
    'replication.policy.class',
    'replication.policy.separator',
    'replication.policy.internal.topic.separator.enabled',
  ],
  ...['offset-syncs.topic.location', 'offset-syncs.topic.replication.factor', 'emit.offset-syncs.enabled'],
  ...['emit.checkpoints.enabled', 'emit.checkpoints.interval.seconds', 'checkpoints.topic.replication.factor'],
  ...['sync.group.offsets.enabled', 'sync.group.offsets.interval.seconds', 'offset.lag.max'],
  ...['emit.heartbeats.enabled', 'emit.heartbeats.interval.seconds', 'heartbeats.topic.replication.factor'],
  ...['heartbeats.replication.enabled', 'topic.filter.class', 'group.filter.class', 'config.property.filter.class'],
  ...['refresh.topics.enabled', 'refresh.topics.interval.seconds', 'refresh.groups.enabled'],
  ...['refresh.groups.interval.seconds', 'sync.topic.configs.enabled', 'sync.topic.configs.interval.seconds'],
  ...['sync.topic.acls.enabled', 'sync.topic.acls.interval.seconds', 'config.properties.exclude'],
  ...['consumer.poll.timeout.ms', 'admin.timeout.ms', 'forwarding.admin.class', 'metric.names.formats'],
]);

/** Names up to Kafka 3.x, removed in 4.0 (KAFKA-16205 and KIP-629). */
export const RENAMED: ReadonlyMap<string, string> = new Map([
  ['topics.blacklist', 'topics.exclude'],
  ['groups.blacklist', 'groups.exclude'],
  ['config.properties.blacklist', 'config.properties.exclude'],
]);

/** Connect worker settings that affect an audit. Dedicated mode reads them only under the target's alias. */
export const WORKER_NAMES: readonly string[] = ['offset.flush.interval.ms', 'exactly.once.source.support'];

/** `MirrorClientConfig.CLIENT_CONFIG_DEF`: names that a connection consists of, and that fall back to the top level. */
export function isClientName(name: string): boolean {
  return (
    name === 'bootstrap.servers' || name === 'security.protocol' || name.startsWith('ssl.') || name.startsWith('sasl.')
  );
}
