import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { CACHE, run } from './maven-classpath.ts';
import { requireTool } from './required-tool.ts';

const VERSION = '1.0.1';
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** The JMX exporter, an agent of the JVM, from Maven Central. It is no part of the class path: only measurements need it. */
export async function resolveJmxExporter(cache: string = CACHE): Promise<string> {
  const name = `jmx_prometheus_javaagent-${VERSION}.jar`;
  const folder = await buildOnce(cache, `jmx-exporter-${VERSION}`, async (partial) => {
    requireTool('mvn');
    const artifact = `-Dartifact=io.prometheus.jmx:jmx_prometheus_javaagent:${VERSION}`;
    await run('mvn', ['-B', '-q', COPY, artifact, `-DoutputDirectory=${partial}`], 'LAB_MAVEN_FAILED');
  });
  return join(folder, name);
}

/** The exporter with its default rules: every bean under the name that the exporter gives it. */
export function exporterOptions(folder: string, jar: string, port: number): readonly string[] {
  const settings = join(folder, 'jmx-exporter.yaml');
  writeFileSync(settings, 'rules:\n  - pattern: ".*"\n');
  return [`-javaagent:${jar}=127.0.0.1:${port}:${settings}`];
}
