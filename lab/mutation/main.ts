import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { mutatedFiles } from './scope.ts';
import { isSurvivor, scoresByFile, scoreText } from './score.ts';
import { survivorOf, unlisted } from './survivors.ts';

/**
 * Changes the domain's code in small ways, one at a time, and counts how many of the changes its tests notice.
 * `--only mapping,verdict` mutates the files whose path has one of these in it, and holds no gate; `--all` prints every
 * survivor, not only those that the list of accepted ones lacks; `--raise` writes a better score down as the new gate.
 */
const { values } = parseArgs({
  options: { only: { type: 'string' }, all: { type: 'boolean' }, raise: { type: 'boolean' } },
});

const GATE = new URL('./gate.json', import.meta.url);

const only = values.only?.split(',') ?? null;
const stryker = new Stryker({
  mutate: mutatedFiles('').filter((file) => only?.some((part) => file.includes(part)) ?? true),
  plugins: ['./lab/mutation/warm-runner.ts'],
  testRunner: 'warm',
  coverageAnalysis: 'perTest',
  concurrency: Math.min(2, availableParallelism()),
  reporters: ['progress-append-only'],
  timeoutMS: 3_000,
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.lab', 'docs', 'infra', 'bench', 'cdk.out'],
  // Its preprocessors ask TypeScript's old API, which TypeScript 7 has no more; node strips the types.
  tsconfigFile: 'none.json',
  disableTypeChecks: false,
  allowConsoleColors: false,
});

const began = Date.now();
const mutants = await stryker.runMutationTest();
const sources = new Map<string, string>();
const named = mutants.map((mutant) => {
  const fileName = relative(process.cwd(), mutant.fileName);
  const source = sources.get(fileName) ?? readFileSync(fileName, 'utf8');
  sources.set(fileName, source);
  return { ...mutant, fileName, source };
});

const files = scoresByFile(named);
for (const file of files) process.stdout.write(`${scoreText(file)}\n`);
const survivors = named.filter(isSurvivor).map((mutant) => survivorOf(mutant, mutant.source));
const shown = values.all === true || only !== null ? survivors : unlisted(survivors);
if (shown.length > 0)
  process.stdout.write(`\nsurvivors${shown.length < survivors.length ? ' that are not listed' : ''}:\n`);
for (const { file, line, text } of shown) process.stdout.write(`${file}:${line}  ${text}\n`);

const noticed = files.reduce((sum, file) => sum + file.noticed, 0);
const all = files.reduce((sum, file) => sum + file.mutants, 0);
const score = all === 0 ? 0 : (100 * noticed) / all;
process.stdout.write(`\n${all} mutants in ${Math.round((Date.now() - began) / 1_000)} s\n`);
if (only === null) {
  const { atLeast } = JSON.parse(readFileSync(GATE, 'utf8')) as { atLeast: number };
  if (score < atLeast) {
    process.stdout.write(`the score is below its gate of ${atLeast.toFixed(1)}\n`);
    process.exitCode = 1;
  }
  const reached = Math.floor(score * 10) / 10;
  if (values.raise === true && reached > atLeast) writeFileSync(GATE, `${JSON.stringify({ atLeast: reached })}\n`);
}
process.stdout.write(`MUTATION score=${score.toFixed(1)} survived=${all - noticed} files=${files.length}\n`);
