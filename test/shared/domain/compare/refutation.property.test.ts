import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedMm2 } from '../../../../lab/simulation/simulated-mm2.ts';
import { simulatedLifeWithRetention } from '../../../../lab/simulation/steps.ts';
import { verifySimulated } from '../../../../lab/simulation/verified-simulation.ts';

// Such lives are rare: this takes thousands of them, and is left out where tests run for every mutant.
test('what nothing that MM2 wrote can show is found: wrong positions are refuted or made right, none is verified', () => {
  const sum = { wrong: 0, left: 0, refuted: 0, wrongVerified: 0 };
  for (const steps of fc.sample(simulatedLifeWithRetention, { numRuns: 2_500, seed: 1 })) {
    const mm2 = SimulatedMm2.after(steps);
    if (!mm2.undetectable) continue;
    const life = verifySimulated(mm2, (offset) => String(offset), 6, true);
    sum.wrong += new Set(life.before.violations.map(({ upstream }) => upstream)).size;
    sum.left += new Set(life.violations.map(({ upstream }) => upstream)).size;
    sum.refuted += life.refuted;
    sum.wrongVerified += life.violations.filter(
      ({ verified: { translation } }) => translation.kind === 'interval' && translation.proof === 'verified',
    ).length;
  }
  expect(sum.wrong).toBeGreaterThan(50);
  expect(sum.left).toBeLessThan(sum.wrong / 20);
  expect(sum.refuted).toBeGreaterThan(50);
  expect(sum.wrongVerified).toBe(0);
});
