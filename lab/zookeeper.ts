import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JavaProcess } from './java-process.ts';
import type { KafkaRelease } from './kafka-release.ts';
import { type BrokerAddress, HOST } from './listeners.ts';
import type { ProcessSetting } from './process-setting.ts';

/** Where a cluster's ZooKeeper answers: the port that the first broker's controller would have. */
export function zooKeeperAddress([first]: readonly BrokerAddress[]): string {
  return `${HOST}:${portIn(first)}`;
}

/** Writes the settings of a cluster's ZooKeeper and prepares its process without starting it. */
export function createZooKeeper(
  alias: string,
  [first]: readonly BrokerAddress[],
  release: KafkaRelease,
  setting: ProcessSetting,
): JavaProcess {
  const folder = join(setting.folder, `${alias}-zookeeper`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'zookeeper.properties');
  const settings = [
    `dataDir=${join(folder, 'data')}`,
    `clientPortAddress=${HOST}`,
    `clientPort=${portIn(first)}`,
    'admin.enableServer=false',
  ];
  writeFileSync(file, `${settings.join('\n')}\n`);
  return new JavaProcess(
    {
      name: `ZooKeeper of cluster ${alias}`,
      folder,
      classpath: release.classpath,
      mainClass: 'org.apache.zookeeper.server.ZooKeeperServerMain',
      args: [file],
      heapMb: 256,
      archive: [],
    },
    setting.watchdog,
  );
}

function portIn(broker: BrokerAddress | undefined): number {
  return broker?.listeners.find(({ name }) => name === 'CONTROLLER')?.port ?? 0;
}
