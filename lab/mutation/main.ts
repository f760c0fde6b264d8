import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { scriptOptions } from '../script-options.ts';
import { mutatedFiles } from './scope.ts';
import { isSurvivor, scoresByFile, scoreText } from './score.ts';
import { notAccepted, outdated, survivorOf } from './survivors.ts';

/**
 * `npm run mutation`: makes small changes to the domain's code, one at a time, and counts how many of them its tests
 * notice. Exits 1 if the score is below the committed gate.
 */
const values = scriptOptions({
  name: 'mutation',
  does: "Makes small changes to the domain's code, and counts how many of them its tests notice. Takes minutes.",
  options: {
    only: { type: 'string', value: 'PARTS', says: 'only files whose path contains one of these, without the gate' },
    all: { type: 'boolean', says: 'print every survivor, not only those that the committed list does not accept' },
    raise: { type: 'boolean', says: 'write a better score to the gate' },
  },
});
const only = values.only?.split(',') ?? null;
const GATE = new URL('./gate.json', import.meta.url);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

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
  // Stryker edits a tsconfig.json with an interface that TypeScript 7 does not have. Node only strips the types.
  tsconfigFile: 'none.json',
  disableTypeChecks: false,
  allowConsoleColors: false,
});

const began = Date.now();
const sources = new Map<string, string>();
const sourceOf = (file: string): string => {
  const source = sources.get(file) ?? readFileSync(file, 'utf8');
  sources.set(file, source);
  return source;
};
const mutants = (await stryker.runMutationTest()).map((mutant) => {
  return { ...mutant, fileName: relative(process.cwd(), mutant.fileName) };
});

const files = scoresByFile(mutants);
for (const file of files) print(scoreText(file));
const survivors = mutants.filter(isSurvivor).map((mutant) => survivorOf(mutant, sourceOf(mutant.fileName)));
const shown = values.all === true || only !== null ? survivors : notAccepted(survivors);
if (shown.length > 0) print(shown === survivors ? '\nsurvivors:' : '\nsurvivors that the list does not accept:');
for (const { file, line, text } of shown) print(`${file}:${line}  ${text}`);

const noticed = files.reduce((sum, file) => sum + file.noticed, 0);
const all = files.reduce((sum, file) => sum + file.mutants, 0);
const score = all === 0 ? 0 : (100 * noticed) / all;
print(`\n${all} mutants in ${Math.round((Date.now() - began) / 1_000)} s`);
if (only === null) {
  const gone = outdated(survivors);
  print(`${gone.length} accepted survivors no longer exist: accepted-survivors.json`);
  for (const key of gone) print(key);
  const { atLeast } = JSON.parse(readFileSync(GATE, 'utf8')) as { atLeast: number };
  if (score < atLeast) {
    print(`the score is below the gate of ${atLeast.toFixed(1)}`);
    process.exitCode = 1;
  }
  const reached = Math.floor(score * 10) / 10;
  if (values.raise === true && reached > atLeast) writeFileSync(GATE, `${JSON.stringify({ atLeast: reached })}\n`);
}
print(`MUTATION score=${score.toFixed(1)} survived=${all - noticed} files=${files.length}`);
