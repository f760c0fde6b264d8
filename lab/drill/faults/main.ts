import { scriptOptions } from '../../script-options.ts';
import { ROUNDS, type Round } from './fault.ts';
import { isClean, type RoundResult, resultLines, roundThatBroke, tallyLine } from './faults-result.ts';
import { FaultsStage } from './faults-stage.ts';
import { playRound } from './play-round.ts';

/**
 * `npm run drill:faults`: fails over and back on real clusters while processes die, clusters throttle, and nobody answers.
 * Each fault has to end in a state that has a name and can be continued; then the run is continued to its end, and records
 * are counted. Exits 1 if a run or a record was lost.
 */
const { only, list } = scriptOptions({
  name: 'drill:faults',
  does: 'Injects faults into failovers and a failback on real clusters, resumes each, and counts records. Takes minutes.',
  options: {
    only: { type: 'string', value: 'NAMES', says: 'faults or rounds, or how they begin, with commas between them' },
    list: { type: 'boolean', says: 'print the names of all faults, by round' },
  },
});
if (list) {
  for (const { name, faults } of ROUNDS) process.stdout.write(`${name}: ${faults.map((one) => one.name).join(' ')}\n`);
  process.exit(0);
}
const rounds = chosen(only?.split(','));
if (rounds.length === 0) {
  process.stderr.write(`--only ${only}: there is no such fault; --list names them\n`);
  process.exit(2);
}
const results: RoundResult[] = [];
let stage: FaultsStage | null = null;
for (const round of rounds) {
  process.stderr.write(`playing ${round.name} …\n`);
  stage ??= await FaultsStage.open();
  const result = await playRound(stage, round).catch((error: unknown) => roundThatBroke(round, error));
  results.push(result);
  process.stdout.write(resultLines(result));
  const isReusable = result.faults.every(({ isCompleted }) => isCompleted) && round.mode !== 'unplanned';
  // A failback has led everything back itself.
  if (isReusable && round.mode === 'planned') await stage.leadBackByHand();
  if (isReusable) continue;
  await stage.stop();
  stage = null;
}
await stage?.stop();
process.stdout.write(tallyLine(results));
process.exit(isClean(results) ? 0 : 1);

/** Rounds with the faults that are named; a round that is named has all of its faults. */
function chosen(begins: readonly string[] | undefined): readonly Round[] {
  if (begins === undefined) return ROUNDS;
  const isNamed = (name: string): boolean => begins.some((one) => name.startsWith(one));
  return ROUNDS.map((round) => ({
    ...round,
    faults: isNamed(round.name) ? round.faults : round.faults.filter(({ name }) => isNamed(name)),
  })).filter(({ faults }) => faults.length > 0);
}
