import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KNOWN_LIVES } from '../../simulation/known-lives.ts';
import { SimulatedMm2 } from '../../simulation/simulated-mm2.ts';
import type { Step } from '../../simulation/step.ts';
import { simulatedLifeWithCompaction, simulatedLifeWithRetention } from '../../simulation/steps.ts';
import { type Content, verifySimulated } from '../../simulation/verified-simulation.ts';
import { type Property, property } from '../property.ts';

/** After comparing records, no position skips, and none costs more than reported, however similar the records are. */
export const verificationOfDifferent = verification(
  'verification-different',
  (offset) => String(offset),
  simulatedLifeWithCompaction,
);

// Real compaction keeps the last of several equal records. The simulated one does not model that.
export const verificationOfThrees = verification(
  'verification-threes',
  (offset) => String(Math.floor(offset / 3)),
  simulatedLifeWithRetention,
);

export const verificationOfStretches = verification(
  'verification-stretches',
  (offset) => String(Math.floor(offset / 25)),
  simulatedLifeWithRetention,
);

export const verificationOfEqual = verification('verification-equal', () => '', simulatedLifeWithRetention);

/** @param content of a source record, by its offset */
function verification(name: string, content: Content, lives: fc.Arbitrary<Step[]>): Property {
  return property({
    name,
    values: fc.tuple(lives, fc.integer({ min: 0, max: 6 }), fc.boolean()),
    holds: ([steps, rounds, together], count) => {
      const mm2 = SimulatedMm2.after(steps);
      fc.pre(!mm2.undetectable);
      const life = verifySimulated(mm2, content, rounds, together);
      count('verified', life.verified);
      assert.deepEqual(life.violations, []);
    },
    examples: KNOWN_LIVES.flatMap(({ steps }): [Step[], number, boolean][] => [
      [[...steps], 0, false],
      [[...steps], 6, true],
    ]),
  });
}
