import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scriptOptions } from '../../script-options.ts';
import { type FaultResult, isClean, notPlayed, resultLines, tallyLine, tallyOf } from './fault-result.ts';
import { playFault, playSteadily } from './play-fault.ts';
import { alarmNames, runbookAlarms } from './runbook-alarms.ts';
import { DEPLOYMENT, World } from './world.ts';
import { WORLDS } from './worlds.ts';

const STACK = `Tidemark-${DEPLOYMENT}`;
const STEADY_MINUTES = 60;
const STEADY = 'steady';

/**
 * `npm run drill:alarms`: inflicts faults on real clusters and MM2, audited as deployed: by the bundles, the schedule and
 * the alarms of a stack that `cdk synth` makes. The alarms have to be exactly those that the table of docs/runbook.md
 * names, and all clear when the fault is healed; an hour without a fault raises none and pages for no finding. Exits 1
 * otherwise.
 *
 * Time: one audit is one minute. The functions run with the clock of the machine, as deployed. A minute takes six
 * seconds, and limits in seconds are set as much lower (`world.ts`), as a user could. The evaluation counts minutes by
 * invocations of the schedule. A fault happens a whole minute before the next audit.
 *
 * `minutes to page` of a fault is the time until the first of its alarms notified.
 */
const values = scriptOptions({
  name: 'drill:alarms',
  does: 'Inflicts faults on real clusters and MM2, audited as deployed, and compares the alarms with the runbook. Takes an hour.',
  options: {
    only: { type: 'string', value: 'NAMES', says: `parts of faults' names, several with commas; ${STEADY}: no fault` },
    steady: { type: 'string', value: 'MINUTES', says: `how long without a fault; ${STEADY_MINUTES} by default` },
  },
});
const only = values.only?.split(',');
const isWanted = (name: string): boolean => only === undefined || only.some((one) => name.includes(one));
const steadyMinutes = values.steady === undefined ? STEADY_MINUTES : Number(values.steady);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const named = runbookAlarms(readFileSync(join(import.meta.dirname, '../../../docs/runbook.md'), 'utf8'));

const results: FaultResult[] = [];
const falseInSteadyState: string[] = [];
for (const { options, faults, steady } of WORLDS) {
  const wanted = faults.filter(({ name }) => isWanted(name));
  const isSteady = steady === true && isWanted(STEADY);
  if (wanted.length === 0 && !isSteady) continue;
  progress(`starting clusters, MM2 and the deployment for: ${wanted.map(({ name }) => name).join(', ') || STEADY}`);
  const world = await World.open(options);
  try {
    if (isSteady) {
      const found = await playSteadily(world, steadyMinutes, progress);
      falseInSteadyState.push(...found);
      process.stdout.write(`${steadyMinutes} minutes without a fault: ${found.join(', ') || 'no alarm and no page'}\n`);
    }
    for (const fault of wanted) {
      const alarms = named.get(fault.name);
      if (alarms === undefined) throw new Error(`the runbook does not know: ${fault.name}`);
      const names = alarmNames(STACK, alarms, fault.flows ?? ['A->B']);
      const result = await playFault(world, fault, names, progress).catch((error: unknown) => {
        // The others can still be played.
        progress(`  ${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
        return notPlayed(fault.name, names);
      });
      results.push(result);
      process.stdout.write(`${[fault.name, ...resultLines(result)].join('\n')}\n`);
    }
  } finally {
    await world[Symbol.asyncDispose]();
  }
}
const tally = tallyOf(results, falseInSteadyState.length);
process.stdout.write(`${tallyLine(tally)}\n`);
process.exit(isClean(tally) ? 0 : 1);
