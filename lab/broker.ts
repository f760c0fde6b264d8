import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokerProperties } from './broker-properties.ts';
import { JavaProcess } from './java-process.ts';
import type { KafkaRelease } from './kafka-release.ts';
import type { BrokerAddress } from './listeners.ts';
import type { ProcessSetting } from './process-setting.ts';
import type { ClusterSecurity } from './security.ts';

export interface BrokerOptions {
  readonly alias: string;
  readonly clusterId: string;
  readonly address: BrokerAddress;
  readonly all: readonly BrokerAddress[];
  readonly heapMb: number;
  readonly optimised: boolean;
  readonly security: ClusterSecurity;
  readonly config: Readonly<Record<string, string>>;
  /** The lab's own if absent. */
  readonly release?: KafkaRelease | undefined;
}

/** The folder with a broker's log segments, one folder a partition. */
export function dataFolderOf(labFolder: string, alias: string, nodeId: number): string {
  return join(labFolder, `${alias}-${nodeId}`, 'data');
}

/** Writes a broker's settings and prepares its process without starting it. */
export function createBroker(options: BrokerOptions, setting: ProcessSetting): JavaProcess {
  const { address, release } = options;
  const mode = release?.mode ?? 'kraft';
  const name = `broker ${address.nodeId} of cluster ${options.alias}`;
  const folder = join(setting.folder, `${options.alias}-${address.nodeId}`);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const dataFolder = dataFolderOf(setting.folder, options.alias, address.nodeId);
  const file = join(folder, 'server.properties');
  const text = brokerProperties({
    mode,
    broker: address,
    all: options.all,
    dataFolder,
    security: options.security,
    overrides: options.config,
  });
  writeFileSync(file, text, { mode: 0o600 });
  return new JavaProcess(
    {
      name,
      folder,
      classpath: release?.classpath ?? setting.classpath,
      // ZooKeeper's brokers make their storage and their cluster's id themselves.
      ...(mode === 'zookeeper'
        ? { mainClass: 'kafka.Kafka', args: [file] }
        : {
            mainClass: 'LabBroker',
            args: [file, dataFolder, options.clusterId, ...options.security.formatArguments()],
          }),
      heapMb: options.heapMb,
      archive: release === undefined ? setting.archive('broker') : [],
      optimised: options.optimised,
    },
    setting.watchdog,
  );
}
