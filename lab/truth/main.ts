import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { scriptOptions } from '../script-options.ts';
import { play } from './play.ts';
import type { JudgedPosition } from './position-judge.ts';
import { readRecording } from './recording.ts';
import { configOf, replay } from './replay.ts';
import { LIVE_SCENARIOS } from './scenarios/index.ts';
import {
  count,
  countVerdict,
  emptyTally,
  isWrong,
  momentLines,
  proofLines,
  summaryLine,
  verdictLines,
} from './truth-table.ts';

/**
 * `npm run truth`: audits every recorded and every live run of MM2 and compares each answer with the records
 * themselves, and of live runs the verdict and the pages, too. Exits 1 if one is wrong. With `--verify` the audits also compare records, in live runs only.
 */
const values = scriptOptions({
  name: 'truth',
  does: 'Audits recorded and live runs of MM2 and compares each answer with the records themselves. Live runs start clusters.',
  options: {
    recordings: { type: 'string', value: 'FOLDER', default: 'test/recordings', says: 'of recorded runs' },
    only: { type: 'string', value: 'NAMES', says: 'of recordings and scenarios, several with commas' },
    'no-live': { type: 'boolean', says: 'only recordings' },
    'no-recordings': { type: 'boolean', says: 'only live runs' },
    // Recordings contain no records to compare. Live scenarios cover the same situations.
    verify: { type: 'boolean', says: 'compare records, too; live runs only' },
    audits: {
      type: 'string',
      value: 'COUNT',
      default: '1',
      says: 'audits at each live moment; the last one is judged',
    },
  },
});
const chosen = values.only?.split(',');
const isChosen = (name: string): boolean => chosen === undefined || chosen.includes(name);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
let tally = emptyTally();
const judged: JudgedPosition[] = [];

if (!values['no-recordings'] && !values.verify) {
  const files = readdirSync(values.recordings)
    .filter((file) => file.endsWith('.json'))
    .sort();
  for (const file of files.filter((name) => chosen?.some((one) => name.includes(one)) ?? true)) {
    const recording = readRecording(join(values.recordings, file));
    const config = configOf(recording);
    print(`recording ${recording.scenario}: ${recording.title}`);
    for (const snapshot of recording.snapshots) {
      for (const { report, positions } of await replay(config, recording, snapshot)) {
        if (positions.length === 0) continue;
        for (const line of momentLines(`${snapshot.label} (${report.flow})`, positions, [], report.findings))
          print(line);
        tally = count(tally, positions, 0);
      }
    }
  }
}

if (!values['no-live']) {
  for (const scenario of LIVE_SCENARIOS.filter(({ name }) => isChosen(name))) {
    progress(`playing ${scenario.name} …`);
    const { moments, failure } = await play(scenario, { verify: values.verify, audits: Number(values.audits) });
    print(`live ${scenario.name}: ${scenario.title}`);
    for (const { label, report, positions, faults, verdict } of moments) {
      for (const line of momentLines(`${label}: ${report.verdict}`, positions, faults, report.findings)) print(line);
      for (const line of verdictLines(verdict)) print(line);
      tally = countVerdict(count(tally, positions, faults.length), verdict);
      judged.push(...positions);
    }
    if (failure !== null) {
      tally.broken++;
      print(`  BROKEN the scenario did not complete: ${failure}`);
    }
  }
}

if (judged.length > 0) for (const line of proofLines(judged)) print(line);
print(summaryLine(tally));
process.exitCode = isWrong(tally) ? 1 : 0;
