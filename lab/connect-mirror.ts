import type { LabCluster } from './cluster.ts';
import type { LabConnect } from './connect.ts';

/**
 * Creates the source and checkpoint connectors of `source->target` on a Connect cluster, named as Strimzi names them, with
 * the intervals of `mm2Properties()`. `more` takes precedence. If `stopped`, they do not run until they are resumed: the
 * way to place their offsets first.
 */
export async function configureMirror(
  connect: LabConnect,
  source: LabCluster,
  target: LabCluster,
  more: Readonly<Record<string, string>> = {},
  stopped = false,
): Promise<void> {
  for (const kind of ['MirrorSourceConnector', 'MirrorCheckpointConnector']) {
    const name = `${source.alias}->${target.alias}.${kind}`;
    const config = {
      'connector.class': `org.apache.kafka.connect.mirror.${kind}`,
      'source.cluster.alias': source.alias,
      'target.cluster.alias': target.alias,
      ...clientSettings('source', source),
      ...clientSettings('target', target),
      'tasks.max': '1',
      topics: '.*',
      groups: '.*',
      'replication.factor': '1',
      'offset-syncs.topic.replication.factor': '1',
      'checkpoints.topic.replication.factor': '1',
      'refresh.topics.interval.seconds': '1',
      'refresh.groups.interval.seconds': '2',
      'emit.checkpoints.interval.seconds': '2',
      'sync.group.offsets.enabled': 'true',
      'sync.group.offsets.interval.seconds': '2',
      ...more,
    };
    await (stopped ? connect.createStopped(name, config) : connect.configure(name, config));
  }
}

/** Where a connector writes, if that is another cluster than the one of its worker. */
export function writesTo(cluster: LabCluster): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...cluster.clientProperties, 'bootstrap.servers': cluster.bootstrapServers }).map(
      ([key, value]) => [`producer.override.${key}`, value],
    ),
  );
}

function clientSettings(side: 'source' | 'target', cluster: LabCluster): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...cluster.clientProperties, 'bootstrap.servers': cluster.bootstrapServers }).map(
      ([key, value]) => [`${side}.cluster.${key}`, value],
    ),
  );
}
