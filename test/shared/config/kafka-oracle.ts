import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { resolveClasspath } from '../../../lab/maven-classpath.ts';

/** Kafka's own classes, asked over stdin: a line in, a line out. They are compiled into Kafka's packages to see all of them. */
export interface KafkaOracle {
  ask(mainClass: string, lines: readonly string[]): string[];
  close(): void;
}

/** What runs for a second is compiled once, and its garbage is nobody's. */
const BRIEFLY = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export async function compileOracle(source: string): Promise<KafkaOracle> {
  const classpath = await resolveClasspath();
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-oracle-'));
  const file = join(import.meta.dirname, 'java', source);
  const compiled = spawnSync(
    'javac',
    [...BRIEFLY.map((option) => `-J${option}`), '-d', folder, '-cp', classpath, file],
    { encoding: 'utf8' },
  );
  if (compiled.status !== 0) throw new Error(`javac: ${compiled.stderr}`);
  return {
    ask(mainClass, lines) {
      const result = spawnSync('java', [...BRIEFLY, '-cp', [folder, classpath].join(delimiter), mainClass], {
        input: `${lines.join('\n')}\n`,
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      const answers = result.stdout.split('\n').filter((line) => line.startsWith('ORACLE '));
      if (answers.length !== lines.length)
        throw new Error(`${mainClass} gave ${answers.length} answers: ${result.stderr}`);
      return answers.map((line) => line.slice('ORACLE '.length));
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
