import { scriptOptions } from '../script-options.ts';
import { parsePairs } from './pair.ts';
import { type PairResult, playPair } from './play-pair.ts';
import { pairTable, requestTable } from './version-table.ts';

/**
 * `npm run drill:versions`: real brokers and MirrorMakers of other releases, from Maven. Prints the tables of
 * docs/versions.md. Exits 1 if Tidemark is wrong about one of them.
 */
const { pairs } = scriptOptions({
  name: 'drill:versions',
  does: 'Audits, verifies and restores with brokers and MirrorMakers of several releases. Takes some five minutes; the first time Maven fetches them.',
  options: {
    pairs: {
      type: 'string',
      value: 'LIST',
      default: '2.4.1>2.8.2@4.3.1,2.8.2>3.9.1@2.8.2,2.8.2>3.9.1@4.3.1,3.9.1>4.3.1@3.9.1,4.3.1>4.3.1@4.3.1',
      says: 'SOURCE>TARGET@MM2 with commas between',
    },
  },
});
const results: PairResult[] = [];
const faults: string[] = [];
for (const pair of parsePairs(pairs)) {
  const say = (text: string): void => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  const told = (fault: unknown): string => `${pair.source} > ${pair.target} @ ${pair.mm2}: ${String(fault)}`;
  try {
    const result = await playPair(pair, say);
    results.push(result);
    faults.push(...result.faults.map(told));
  } catch (error) {
    faults.push(told(error));
  }
}
process.stdout.write(`${pairTable(results)}\n${requestTable(results)}\n`);
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
const sum = (of: (result: PairResult) => number): number => results.reduce((total, result) => total + of(result), 0);
process.stdout.write(
  `VERSIONS pairs=${results.length} positions=${sum(({ positions }) => positions.compared)} wrong=${sum(({ positions }) => positions.wrong)} restored=${sum(({ restored }) => restored)} faults=${faults.length}\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
