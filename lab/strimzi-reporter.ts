import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildOnce } from './build-once.ts';
import { freePorts } from './free-port.ts';
import { HOST } from './listeners.ts';
import { CACHE, copyArtifacts, hash, jarsIn } from './maven-classpath.ts';

const POM = fileURLToPath(new URL('strimzi-reporter-pom.xml', import.meta.url));
const REPORTER = 'io.strimzi.kafka.metrics.KafkaPrometheusMetricsReporter';

/** Strimzi's metrics reporter for one MM2 in dedicated mode: a plugin of Kafka, where the JMX exporter is an agent. */
export interface StrimziReporter {
  readonly url: string;
  /** Its jars, behind those of Kafka. */
  readonly classpath: string;
  /** For mm2.properties. */
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Chooses a port, and fetches the reporter from Maven Central the first time. The worker, its producers and the connector
 * each have a reporter, as Strimzi's operator sets them up; within a process they share one page.
 * @param target alias of the cluster that MM2 mirrors to
 */
export async function prepareStrimziReporter(target: string): Promise<StrimziReporter> {
  const name = `strimzi-reporter-${hash(readFileSync(POM, 'utf8'))}`;
  const jars = await buildOnce(realpathSync(CACHE), name, (folder) => copyArtifacts(POM, folder));
  const [port = 0] = await freePorts(1);
  const settings = [
    ['metric.reporters', REPORTER],
    ['prometheus.metrics.reporter.listener', `http://${HOST}:${port}`],
  ] as const;
  const prefixes = ['', `${target}.`, `${target}.producer.`];
  return {
    url: `http://${HOST}:${port}/metrics`,
    classpath: jarsIn(jars),
    properties: Object.fromEntries(prefixes.flatMap((prefix) => settings.map(([key, value]) => [prefix + key, value]))),
  };
}
