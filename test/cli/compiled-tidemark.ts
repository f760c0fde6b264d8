import { createHash } from 'node:crypto';
import { copyFileSync, globSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePackage } from '../../build/bundle.ts';
import { buildOnce } from '../../lab/build-once.ts';
import { CACHE } from '../../lab/maven-classpath.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * The command line compiled as `npm pack` does it, which takes half the CPU time of the sources to start. It is made once
 * for each state of the sources.
 */
export async function compiledTidemark(): Promise<string> {
  const made = await buildOnce(CACHE, `cli-${stateOfSources()}`, async (folder) => {
    await bundlePackage(ROOT, join(folder, 'dist/cli'));
    mkdirSync(join(folder, 'bin'));
    for (const file of ['package.json', 'bin/tidemark.js']) copyFileSync(join(ROOT, file), join(folder, file));
  });
  return join(made, 'bin/tidemark.js');
}

function stateOfSources(): string {
  const files = [
    'package-lock.json',
    'package.json',
    ...globSync('{bin,build,cli,shared}/**/*.{ts,js}', { cwd: ROOT }),
  ];
  const states = files.sort().map((file) => {
    const { size, mtimeMs } = statSync(join(ROOT, file));
    return `${file} ${size} ${mtimeMs}\n`;
  });
  return createHash('sha256').update(states.join('')).digest('hex').slice(0, 12);
}
