import { scriptOptions } from '../../script-options.ts';
import { isClean, type ReconciledPartition, resultTable, tallyLine } from './reconcile-result.ts';
import type { ReconcileScenario } from './scenario.ts';
import { headerTransform } from './scenarios/header-transform.ts';
import { mm2Killed } from './scenarios/mm2-killed.ts';
import { sourceKilled } from './scenarios/source-killed.ts';

const SCENARIOS: readonly ReconcileScenario[] = [mm2Killed, sourceKilled, headerTransform];

/**
 * `npm run drill:reconcile`: loses records on real clusters, and lets the command line find, export and replay them. Each
 * replay is killed half way and run again. Every figure is counted from both logs by Kafka's own consumer. Exits 1 unless
 * all that was lost was found, nothing else was, and nothing was replayed twice.
 */
const NAMES = SCENARIOS.map(({ name }) => name).join(', ');
const options = scriptOptions({
  name: 'drill:reconcile',
  does: 'Loses records on real clusters, and lets the command line find, export and replay them. Takes minutes.',
  options: { only: { type: 'string', value: 'NAMES', says: `some of these, with commas between them: ${NAMES}` } },
});
const only = options.only?.split(',');
const results: ReconciledPartition[] = [];
for (const scenario of SCENARIOS.filter(({ name }) => only === undefined || only.includes(name))) {
  process.stderr.write(`playing ${scenario.name} …\n`);
  results.push(...(await scenario.play()));
}
process.stdout.write(resultTable(results));
process.stdout.write(tallyLine(results));
process.exit(isClean(results) ? 0 : 1);
