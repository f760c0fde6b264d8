import { scriptOptions } from '../../script-options.ts';
import { playDrill, sabotageOf } from '../play-drill.ts';
import { isClean, resultLine, tallyLine } from './failback-result.ts';
import { type FailbackScenario, FailbackStage } from './failback-stage.ts';
import { playFailback } from './play-failback.ts';
import { playForward } from './play-forward.ts';
import { SABOTAGES } from './sabotage.ts';

const SCENARIOS: readonly FailbackScenario[] = [
  { name: 'planned-identity', mode: 'planned', policy: 'identity', leads: 'back', by: 'command-line' },
  { name: 'unplanned-identity', mode: 'unplanned', policy: 'identity', leads: 'back', by: 'command-line' },
  { name: 'planned-default', mode: 'planned', policy: 'default', leads: 'back', by: 'command-line' },
  { name: 'unplanned-default', mode: 'unplanned', policy: 'default', leads: 'back', by: 'command-line' },
  { name: 'forward-identity', mode: 'unplanned', policy: 'identity', leads: 'forward', by: 'command-line' },
  { name: 'forward-default', mode: 'planned', policy: 'default', leads: 'forward', by: 'command-line' },
  { name: 'machines-identity', mode: 'planned', policy: 'identity', leads: 'back', by: 'state-machines' },
];

/**
 * `npm run drill:failback`: fails a flow over under load on real clusters, leads everything back, and lets the first
 * direction go on, or leads everything on to a third cluster, with the command line, and once with the state machines of the stack: their interpreter is moto, which
 * needs Python 3, and PyPI the first time. Counts record by record what both clusters hold and what real consumers
 * processed. Exits 1 if a record is on one side twice, is missing, is out of order, or was processed more often than the
 * plans allow. `--sabotage duplicate|skip` does harm after each last run: then it has to exit with 1.
 */
const values = scriptOptions({
  name: 'drill:failback',
  does: 'Fails a flow over and back, or on to a third cluster, under load on real clusters, and counts record by record. Takes minutes.',
  options: {
    only: {
      type: 'string',
      value: 'NAMES',
      says: `several with commas: ${SCENARIOS.map(({ name }) => name).join(', ')}`,
    },
    sabotage: { type: 'string', value: 'HARM', says: 'duplicate or skip, which the drill has to count' },
  },
});
const sabotage = sabotageOf(SABOTAGES, values.sabotage);
const results = await playDrill({
  scenarios: SCENARIOS,
  only: values.only,
  open: (scenario) => FailbackStage.open(scenario),
  play: (stage) => (stage.third === null ? playFailback : playForward)(stage, sabotage),
  resultLine,
});
process.stdout.write(tallyLine(results));
process.exit(isClean(results) ? 0 : 1);
