import { renderProperties } from './broker-properties.ts';

/** One side of a flow, for mm2.properties. */
export interface Mm2Side {
  readonly alias: string;
  readonly bootstrapServers: string;
  /** Client settings such as `security.protocol`, without the alias. A `LabCluster` has them. */
  readonly clientProperties?: Readonly<Record<string, string>>;
}

/**
 * A complete mm2.properties for the flow `source->target`: every topic and group, intervals of seconds, replication
 * factor 1, one task. `overrides` take precedence; `undefined` removes a setting.
 *
 * Dedicated mode reads worker settings such as the flush interval only under the *target's* alias. It ignores them at
 * top level and under `A->B.`.
 */
export function mm2Properties(
  source: Mm2Side,
  target: Mm2Side,
  overrides: Readonly<Record<string, string | undefined>> = {},
): string {
  const settings: Record<string, string> = { clusters: `${source.alias}, ${target.alias}` };
  for (const side of [source, target]) {
    settings[`${side.alias}.bootstrap.servers`] = side.bootstrapServers;
    for (const [key, value] of Object.entries(side.clientProperties ?? {})) settings[`${side.alias}.${key}`] = value;
  }
  settings[`${source.alias}->${target.alias}.enabled`] = 'true';
  settings[`${target.alias}->${source.alias}.enabled`] = 'false';
  Object.assign(settings, {
    topics: '.*',
    groups: '.*',
    'tasks.max': '1',
    'replication.factor': '1',
    'checkpoints.topic.replication.factor': '1',
    'heartbeats.topic.replication.factor': '1',
    'offset-syncs.topic.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'config.storage.replication.factor': '1',
    'refresh.topics.interval.seconds': '3',
    'refresh.groups.interval.seconds': '3',
    'sync.topic.configs.interval.seconds': '5',
    'emit.checkpoints.interval.seconds': '2',
    'sync.group.offsets.enabled': 'true',
    'sync.group.offsets.interval.seconds': '2',
    'dedicated.mode.enable.internal.rest': 'false',
  });
  for (const { alias } of [source, target]) {
    settings[`${alias}.offset.flush.interval.ms`] = '2000';
    settings[`${alias}.plugin.discovery`] = 'service_load';
    settings[`${alias}.scheduled.rebalance.max.delay.ms`] = '0';
    // Some twenty consumers wait for records that do not come. A record ends the wait at once.
    for (const clients of ['', 'consumer.']) settings[`${alias}.${clients}fetch.max.wait.ms`] = '2000';
    // Of 25 partitions by default, MM2 fills one or two.
    settings[`${alias}.offset.storage.partitions`] = '5';
  }
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) delete settings[key];
    else settings[key] = value;
  }
  return renderProperties(settings);
}

/** Overrides for a source `A` with three brokers: MM2's own topics on it survive the loss of one. */
export const MM2_ON_THREE_BROKERS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'A->B.offset-syncs.topic.replication.factor',
    'B->A.heartbeats.topic.replication.factor',
    'A.offset.storage.replication.factor',
    'A.status.storage.replication.factor',
    'A.config.storage.replication.factor',
  ].map((key) => [key, '3']),
);
