import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedMm2, type Step } from '../../../../lab/simulation/simulated-mm2.ts';
import { simulatedLifeWithCompaction, simulatedLifeWithRetention } from '../../../../lab/simulation/steps.ts';
import { type Content, verifySimulated } from '../../../../lab/simulation/verified-simulation.ts';
import { propertyRuns } from '../../../property-runs.ts';

const LIVES = propertyRuns(800);

interface Case {
  readonly records: string;
  readonly content: Content;
  readonly lives: fc.Arbitrary<Step[]>;
}

const CASES: readonly Case[] = [
  { records: 'different', content: (offset) => String(offset), lives: simulatedLifeWithCompaction },
  // Compaction keeps the last of equal records, which the simulated one does not know.
  {
    records: 'equal three in a row',
    content: (offset) => String(Math.floor(offset / 3)),
    lives: simulatedLifeWithRetention,
  },
  {
    records: 'equal in long stretches',
    content: (offset) => String(Math.floor(offset / 25)),
    lives: simulatedLifeWithRetention,
  },
  { records: 'all equal', content: () => '', lives: simulatedLifeWithRetention },
];

function live(steps: readonly Step[]): SimulatedMm2 {
  const mm2 = new SimulatedMm2();
  mm2.run(steps);
  return mm2;
}

describe('comparing records over simulated lives of a mirrored partition', () => {
  test.each(CASES)('records that are $records: no skip and no re-read beyond what is said', ({ content, lives }) => {
    let verified = 0;
    fc.assert(
      fc.property(lives, fc.integer({ min: 0, max: 6 }), fc.boolean(), (steps, rounds, together) => {
        const mm2 = live(steps);
        fc.pre(!mm2.undetectable);
        const life = verifySimulated(mm2, content, rounds, together);
        verified += life.verified;
        expect(life.violations).toEqual([]);
      }),
      { numRuns: LIVES, maxSkipsPerRun: 100 },
    );
    expect(verified).toBeGreaterThan(LIVES);
  });
});
