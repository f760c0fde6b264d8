import type { KafkaRelease } from './kafka-release.ts';
import { type BrokerAddress, HOST } from './listeners.ts';
import type { ClusterSecurity } from './security.ts';
import { zooKeeperAddress } from './zookeeper.ts';

export interface BrokerPlan {
  readonly mode: KafkaRelease['mode'];
  readonly broker: BrokerAddress;
  readonly all: readonly BrokerAddress[];
  readonly dataFolder: string;
  readonly security: ClusterSecurity;
  /** The caller's settings; they take precedence. */
  readonly overrides: Readonly<Record<string, string>>;
}

/**
 * A single broker must not count as dead on a busy machine, and has no peer to keep informed: it uses less CPU time. After
 * a kill it can register only when its old session has ended, and Kafka lets it try for a minute by default.
 */
const ALONE = {
  'broker.heartbeat.interval.ms': '3000',
  'broker.session.timeout.ms': '20000',
  'initial.broker.registration.timeout.ms': '120000',
  'metadata.max.idle.interval.ms': '0',
};
/** Brokers notice a dead peer within three seconds, not nine. */
const AMONG_PEERS = { 'broker.heartbeat.interval.ms': '500', 'broker.session.timeout.ms': '3000' };

/**
 * server.properties of a broker, which in KRaft mode is also a controller. The broker is small, starts fast and notices
 * a dead peer fast. Internal topics have as many replicas as the cluster allows.
 */
export function brokerProperties(plan: BrokerPlan): string {
  const { all } = plan;
  const listeners = plan.broker.listeners.filter(({ name }) => plan.mode === 'kraft' || name !== 'CONTROLLER');
  const names = listeners.map(({ name }) => name);
  const internalFactor = String(Math.min(all.length, 3));
  const settings: Record<string, string> = {
    ...controllerSettings(plan),
    listeners: listeners.map(({ name, port }) => `${name}://${HOST}:${port}`).join(','),
    'advertised.listeners': listeners
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
    ...(all.length === 1 ? ALONE : AMONG_PEERS),
    'num.network.threads': '2',
    'num.io.threads': '4',
    'background.threads': '2',
    'num.recovery.threads.per.data.dir': '1',
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
    // Start compaction at once when a test needs it, not after 15 seconds.
    'log.cleaner.backoff.ms': '500',
    'log.segment.delete.delay.ms': '1000',
    ...plan.security.brokerSettings(),
    ...plan.overrides,
  };
  return renderProperties(settings);
}

function controllerSettings({ mode, broker, all }: BrokerPlan): Record<string, string> {
  if (mode === 'zookeeper') return { 'broker.id': String(broker.nodeId), 'zookeeper.connect': zooKeeperAddress(all) };
  const controllers = all.map((peer) => {
    const controller = peer.listeners.find((listener) => listener.name === 'CONTROLLER');
    return `${peer.nodeId}@${HOST}:${controller?.port}`;
  });
  return {
    'process.roles': 'broker,controller',
    'node.id': String(broker.nodeId),
    'controller.quorum.voters': controllers.join(','),
    'controller.listener.names': 'CONTROLLER',
  };
}

/** Renders a Java properties file; escapes backslashes and line ends in values. */
export function renderProperties(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(
    ([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  );
  return `${lines.join('\n')}\n`;
}
