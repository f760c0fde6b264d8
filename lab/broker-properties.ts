import { type BrokerAddress, HOST } from './listeners.ts';
import type { ClusterSecurity } from './security.ts';

export interface BrokerPlan {
  readonly broker: BrokerAddress;
  readonly all: readonly BrokerAddress[];
  readonly dataFolder: string;
  readonly security: ClusterSecurity;
  /** The caller's; they win. */
  readonly overrides: Readonly<Record<string, string>>;
}

/**
 * server.properties of a broker that is its own controller (KRaft combined mode): small, quick to start, quick to
 * notice a dead peer, and with every internal topic as replicated as the cluster allows.
 */
export function brokerProperties(plan: BrokerPlan): string {
  const { broker, all } = plan;
  const names = broker.listeners.map((listener) => listener.name);
  const internalFactor = String(Math.min(all.length, 3));
  const controllers = all.map((peer) => {
    const controller = peer.listeners.find((listener) => listener.name === 'CONTROLLER');
    return `${peer.nodeId}@${HOST}:${controller?.port}`;
  });
  const settings: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(broker.nodeId),
    'controller.quorum.voters': controllers.join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: broker.listeners.map(({ name, port }) => `${name}://${HOST}:${port}`).join(','),
    'advertised.listeners': broker.listeners
      .filter(({ name }) => name !== 'CONTROLLER')
      .map(({ name, advertisedPort }) => `${name}://${HOST}:${advertisedPort}`)
      .join(','),
    'listener.security.protocol.map': names.map((name) => `${name}:${plan.security.protocolOf(name)}`).join(','),
    'inter.broker.listener.name': names.includes('INTERNAL') ? 'INTERNAL' : (names[0] ?? 'PLAINTEXT'),
    'log.dirs': plan.dataFolder,
    'num.partitions': '1',
    'default.replication.factor': '1',
    'offsets.topic.replication.factor': internalFactor,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': internalFactor,
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': internalFactor,
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    'min.insync.replicas': '1',
    // A dead broker is noticed in three seconds, not in nine. Where there is no other, a busy machine must not look like one.
    'broker.heartbeat.interval.ms': '500',
    'broker.session.timeout.ms': all.length === 1 ? '60000' : '3000',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'background.threads': '2',
    'num.recovery.threads.per.data.dir': '1',
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
    // Compaction that a test asks for begins at once, not within 15 seconds.
    'log.cleaner.backoff.ms': '500',
    'log.segment.delete.delay.ms': '1000',
    ...plan.security.brokerSettings(),
    ...plan.overrides,
  };
  return renderProperties(settings);
}

/** The text of a Java properties file; backslashes and line ends in values are escaped. */
export function renderProperties(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(
    ([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  );
  return `${lines.join('\n')}\n`;
}
