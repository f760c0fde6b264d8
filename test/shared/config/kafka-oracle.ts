import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildOnce } from '../../../lab/build-once.ts';
import { CACHE, hash, resolveClasspath, run } from '../../../lab/maven-classpath.ts';

/**
 * Kafka's own classes, asked over stdin: a line in, a line out. They are compiled into Kafka's packages to see all of them,
 * once, and kept with what labs share.
 */
export interface KafkaOracle {
  ask(mainClass: string, lines: readonly string[]): string[];
}

/** What runs for a second is compiled once, and its garbage is nobody's. */
const BRIEFLY = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export async function compileOracle(source: string): Promise<KafkaOracle> {
  const classpath = await resolveClasspath();
  const file = join(import.meta.dirname, 'java', source);
  const name = `oracle-${hash(classpath + readFileSync(file, 'utf8'))}`;
  const folder = await buildOnce(CACHE, name, async (into) => {
    const options = [...BRIEFLY.map((option) => `-J${option}`), '-d', into, '-cp', classpath];
    await run('javac', [...options, file], 'LAB_COMPILE_FAILED');
  });
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
  };
}
