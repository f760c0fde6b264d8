import { randomInt } from 'node:crypto';
import { setInterval as every } from 'node:timers';
import { Explorer } from './explorer.ts';
import { type ExploreOptions, helpText, readOptions } from './options.ts';
import { PROPERTIES } from './properties/index.ts';
import type { Found } from './property.ts';
import { WorkerProcess } from './worker-process.ts';

/**
 * `npm run explore`: draws new values for the suite's properties. Counterexamples go to stdout, progress to stderr.
 * Exits 1 if it found a counterexample, 2 on wrong input.
 */
const PROGRESS_MS = 10_000;
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const names = PROPERTIES.map(({ name }) => name);

function printFound(property: string, { seed, path, literal, error }: Found): void {
  const again = path === null ? `--only ${property}` : `--only ${property} --seed ${seed} --path ${path}`;
  print(`FOUND ${property}: npm run explore -- ${again}`);
  print(`  ${literal}`);
  for (const line of error.split('\n')) print(`  | ${line}`);
}

function printSummary(properties: number, runs: number, found: number, ms: number): void {
  print(`EXPLORE properties=${properties} runs=${runs} found=${found} minutes=${(ms / 60_000).toFixed(1)}`);
  process.exitCode = found > 0 ? 1 : 0;
}

async function reproduce({ only, seed, path }: Extract<ExploreOptions, { kind: 'reproduce' }>): Promise<void> {
  const began = Date.now();
  const property = PROPERTIES.find(({ name }) => name === only);
  if (property === undefined) return;
  const { runs, found } = await property.reproduce(seed, path);
  if (found !== null) printFound(only, found);
  printSummary(1, runs, found === null ? 0 : 1, Date.now() - began);
}

async function search({ only, minutes, seed, workers }: Extract<ExploreOptions, { kind: 'search' }>): Promise<void> {
  const began = Date.now();
  const first = seed ?? randomInt(2 ** 31);
  const explorer = new Explorer({
    properties: only,
    seed: first,
    until: began + minutes * 60_000,
    onFound: printFound,
  });
  progress(`searching ${only.length} properties for ${minutes} min with ${workers} processes from seed ${first}`);
  const processes = Array.from({ length: workers }, () => new WorkerProcess());
  const elapsed = () => Date.now() - began;
  const ticking = every(() => {
    const passed = (elapsed() / 60_000).toFixed(1);
    progress(`${passed} of ${minutes} min: ${explorer.runs} runs, ${explorer.found} found`);
  }, PROGRESS_MS);
  const end = () => {
    clearInterval(ticking);
    for (const one of processes) one.stop();
    printSummary(only.length, explorer.runs, explorer.found, elapsed());
  };
  process.once('SIGINT', () => {
    end();
    process.exit();
  });
  await Promise.all(processes.map((one) => explorer.work((batch) => one.search(batch))));
  end();
}

const options = readOptions(process.argv.slice(2), names);
switch (options.kind) {
  case 'help':
    process.stdout.write(helpText(names));
    break;
  case 'wrong':
    process.stderr.write(`${options.message}\n`);
    process.exitCode = 2;
    break;
  case 'reproduce':
    reproduce(options);
    break;
  case 'search':
    await search(options);
    break;
}
