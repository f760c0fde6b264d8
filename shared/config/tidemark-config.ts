import type { AuditPolicy } from '../domain/judge/audit-policy.ts';
import type { Flow } from '../domain/model/flow.ts';
import type { ConnectConnection, MetricsConnection } from './connection/connect-connection.ts';
import type { KafkaConnection } from './connection/kafka-connection.ts';
import type { FailoverConfig } from './failover/failover-config.ts';

/** What every entry point runs on, whichever file it came from. */
export interface TidemarkConfig {
  readonly clusters: ReadonlyMap<string, KafkaConnection>;
  /** Enabled flows only, in the order of the file. */
  readonly flows: readonly Flow[];
  readonly policy: AuditPolicy;
  /** The Kafka Connect clusters that run the flows' connectors, by flow; absent if the file names none. */
  readonly connect?: ReadonlyMap<string, ConnectConnection>;
  /** The exporters of the workers that run the flows' connectors, by flow; absent if the file names none. */
  readonly metrics?: ReadonlyMap<string, MetricsConnection>;
  /** How flows fail over, by flow; absent if the file does not say, or the command does not write. */
  readonly failover?: ReadonlyMap<string, FailoverConfig>;
}

/** One fault of a configuration: where it is and what to do about it. */
export interface ConfigFault {
  readonly file: string;
  /** Key path as written in the file: `A->B.enabled`, `clusters.A.bootstrapServers`. */
  readonly key: string;
  /** 1-based line; null if the fault is that something is absent. */
  readonly line: number | null;
  readonly message: string;
  readonly remedy: string;
}
