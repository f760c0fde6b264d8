import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { buildOnce } from './build-once.ts';
import { requireTool } from './required-tool.ts';

const POM = fileURLToPath(new URL('pom.xml', import.meta.url));
const JAVA_SOURCES = fileURLToPath(new URL('java/', import.meta.url));
/** Folder for everything that can be rebuilt: `.lab/` in the checkout, ignored by git. */
export const CACHE = fileURLToPath(new URL('../.lab/', import.meta.url));
/** Kafka and MM2 of the lab. */
export const LAB_KAFKA_VERSION = /<kafka\.version>(.*)<\/kafka\.version>/.exec(readFileSync(POM, 'utf8'))?.[1] ?? '';
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

/**
 * The class path of the lab's Java processes: Kafka, MM2 and their dependencies as pinned in `lab/pom.xml`, and the
 * lab's own classes. It is rebuilt when the pom or the sources change, and cached in `.lab/`. Building needs Maven and
 * a JDK; after that a Java runtime is enough.
 */
export async function resolveClasspath(cache: string = CACHE): Promise<string> {
  requireTool('java');
  mkdirSync(cache, { recursive: true });
  // One path, whatever link leads there: a class archive holds for one class path.
  const home = realpathSync(cache);
  const pom = readFileSync(POM, 'utf8');
  const jars = await buildOnce(home, `classpath-${hash(pom)}`, (folder) => copyArtifacts(POM, folder));
  const jarPath = jarsIn(jars);
  const sources = readdirSync(JAVA_SOURCES).filter((name) => name.endsWith('.java'));
  const text = sources.map((name) => readFileSync(join(JAVA_SOURCES, name), 'utf8'));
  const classes = await buildOnce(home, `lab-jar-${hash([pom, ...text].join('\0'))}`, async (folder) => {
    requireTool('javac');
    const files = sources.map((name) => join(JAVA_SOURCES, name));
    const compiled = join(folder, 'compiled');
    // Without LANG, javac would read the sources as ASCII.
    await run(
      'javac',
      ['-nowarn', '-encoding', 'UTF-8', '-d', compiled, '-cp', jarPath, ...files],
      'LAB_COMPILE_FAILED',
    );
    // Use a jar: shared class archives do not support folders on the class path.
    await run('jar', ['--create', '--file', join(folder, 'lab.jar'), '-C', compiled, '.'], 'LAB_COMPILE_FAILED');
  });
  return [join(classes, 'lab.jar'), jarPath].join(delimiter);
}

/** Class path of all jars in a folder, in the same order everywhere. */
export function jarsIn(folder: string): string {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jar'))
    .sort()
    .map((name) => join(folder, name))
    .join(delimiter);
}

/** Copies what a pom depends on to a folder. */
export async function copyArtifacts(pom: string, folder: string, properties: readonly string[] = []): Promise<void> {
  requireTool('mvn');
  const goal = `${DEPENDENCY_PLUGIN}:copy-dependencies`;
  const options = [`-DoutputDirectory=${folder}`, ...properties];
  await run('mvn', ['-B', '-q', '-f', pom, goal, ...options], 'LAB_MAVEN_FAILED');
}

export function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Runs a command to its end; its output is in the error. */
export function run(command: string, args: readonly string[], code: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = `${output}${chunk}`.slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new TidemarkError(code, `${command} failed with status ${status}:\n${output.trim()}`));
    });
  });
}
