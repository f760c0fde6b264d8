import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { freePorts } from './free-port.ts';
import { HOST } from './listeners.ts';
import { CACHE, run } from './maven-classpath.ts';
import { requireTool } from './required-tool.ts';

const VERSION = '1.0.1';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** The JMX exporter for one process: an agent of its JVM. */
export interface JmxExporter {
  readonly url: string;
  /** @param folder of the process, for the exporter's settings */
  jvmOptions(folder: string): readonly string[];
}

/**
 * Chooses a port, and fetches the agent from Maven Central the first time. With its default rules it exports every bean
 * under the name that it makes of it.
 */
export async function prepareJmxExporter(): Promise<JmxExporter> {
  const jar = await resolveAgent();
  const [port = 0] = await freePorts(1);
  return {
    url: `http://${HOST}:${port}/metrics`,
    jvmOptions(folder) {
      const settings = join(folder, 'jmx-exporter.yaml');
      writeFileSync(settings, 'rules:\n  - pattern: ".*"\n');
      return [`-javaagent:${jar}=${HOST}:${port}:${settings}`];
    },
  };
}

/** It is no part of the class path, whose change would make all class archives again. */
async function resolveAgent(): Promise<string> {
  const folder = await buildOnce(CACHE, `jmx-exporter-${VERSION}`, async (partial) => {
    requireTool('mvn');
    const artifact = `-Dartifact=io.prometheus.jmx:jmx_prometheus_javaagent:${VERSION}`;
    await run('mvn', ['-B', '-q', COPY, artifact, `-DoutputDirectory=${partial}`], 'LAB_MAVEN_FAILED');
  });
  return join(folder, `jmx_prometheus_javaagent-${VERSION}.jar`);
}
