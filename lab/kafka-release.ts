import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildOnce } from './build-once.ts';
import { CACHE, copyArtifacts, hash, jarsIn } from './maven-classpath.ts';

const POM = fileURLToPath(new URL('release-pom.xml', import.meta.url));

/** Kafka of another release than the lab's own, which `lab/pom.xml` names. */
export interface KafkaRelease {
  readonly version: string;
  /** How its brokers agree on the cluster's state: Kafka 4 has no ZooKeeper, Kafka 2 no KRaft for production. */
  readonly mode: 'kraft' | 'zookeeper';
  readonly classpath: string;
}

/** What Maven has of a release. */
export type ReleasedArtifact = 'kafka_2.13' | 'connect-mirror';

/**
 * Brokers or MM2 of a release, from Maven, cached in `.lab/`. Brokers without ZooKeeper are started by the lab's own class,
 * which needs Kafka 3.9 or later.
 *
 * @param labClasspath the lab's, whose first entry holds its own classes
 */
export async function resolveRelease(
  artifact: ReleasedArtifact,
  version: string,
  labClasspath: string,
): Promise<KafkaRelease> {
  mkdirSync(CACHE, { recursive: true });
  const name = `${artifact}-${version}-${hash(readFileSync(POM, 'utf8'))}`;
  const jars = await buildOnce(realpathSync(CACHE), name, (folder) =>
    copyArtifacts(POM, folder, [`-Dkafka.version=${version}`, `-Dkafka.artifact=${artifact}`]),
  );
  const [labJar = ''] = labClasspath.split(delimiter);
  const mode = Number(version.split('.')[0]) < 3 ? 'zookeeper' : 'kraft';
  return { version, mode, classpath: [labJar, jarsIn(jars)].join(delimiter) };
}
