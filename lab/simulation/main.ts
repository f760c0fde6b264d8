import fc from 'fast-check';
import { judgeSimulated } from './judge.ts';
import { SimulatedMm2 } from './simulated-mm2.ts';
import { simulatedLife } from './steps.ts';

/**
 * `npm run truth:simulation [-- LIVES [SEED]]`: how often positions are wrong in simulated lives. Lives in which
 * nothing shows that an assumption broke are counted separately. The same seed gives the same figures.
 */
const lives = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? 1);
const classes = [
  { name: 'every break can be noticed', undetectable: false },
  { name: 'an assumption broke unnoticed', undetectable: true },
].map((kind) => ({ ...kind, lives: 0, positions: 0, exact: 0, unknown: 0, skipped: 0, reread: 0, broken: 0 }));

for (const steps of fc.sample(simulatedLife, { numRuns: lives, seed })) {
  const mm2 = new SimulatedMm2();
  mm2.run(steps);
  const sum = classes.find(({ undetectable }) => undetectable === mm2.undetectable);
  if (sum === undefined) continue;
  const judged = judgeSimulated(mm2);
  sum.lives++;
  sum.positions += judged.positions;
  sum.exact += judged.exact;
  sum.unknown += judged.unknown;
  sum.skipped += judged.violations.filter(({ kind }) => kind === 'skip').length;
  sum.reread += judged.violations.filter(({ kind }) => kind === 'reread').length;
  if (judged.violations.length > 0) sum.broken++;
}

const percent = (part: number, whole: number) => `${((100 * part) / Math.max(1, whole)).toFixed(2)} %`;
for (const { name, lives: n, broken, positions, exact, unknown, skipped, reread } of classes) {
  process.stdout.write(
    `${name}: ${n} lives, ${broken} with a wrong position (${percent(broken, n)}); ${positions} positions: ` +
      `${percent(exact, positions)} exact, ${percent(unknown, positions)} unknown, ` +
      `${skipped} skip (${percent(skipped, positions)}), ${reread} re-read more than the bound (${percent(reread, positions)})\n`,
  );
}
process.exitCode = classes.some(({ undetectable, broken }) => !undetectable && broken > 0) ? 1 : 0;
