import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeSimulated, mappingOfSimulated } from '../../../../lab/simulation/judge.ts';
import { SimulatedMm2 } from '../../../../lab/simulation/simulated-mm2.ts';
import { simulatedLife } from '../../../../lab/simulation/steps.ts';
import { costOfStandingAt, translate } from '../../../../shared/domain/mirror/translation.ts';
import { propertyRuns } from '../../../property-runs.ts';

const HISTORIES = propertyRuns(12_000);

function live(steps: Parameters<SimulatedMm2['run']>[0]): SimulatedMm2 {
  const mm2 = new SimulatedMm2();
  mm2.run(steps);
  return mm2;
}

describe('translation over simulated lives of a mirrored partition', () => {
  test('no skip and no re-read beyond what was said, while what breaks can be noticed', () => {
    let judged = 0;
    fc.assert(
      fc.property(simulatedLife, (steps) => {
        const mm2 = live(steps);
        fc.pre(!mm2.undetectable);
        judged++;
        expect(judgeSimulated(mm2).violations).toEqual([]);
      }),
      // Lives that cannot be judged are drawn again, so that the number is that of judged ones.
      { numRuns: HISTORIES, maxSkipsPerRun: 100 },
    );
    expect(judged).toBeGreaterThanOrEqual(HISTORIES);
  });

  test('the cost of any other position on the target is bounded as well', () => {
    fc.assert(
      fc.property(simulatedLife, fc.nat(), fc.nat(), (steps, pickUpstream, pickPosition) => {
        const mm2 = live(steps);
        fc.pre(!mm2.undetectable);
        const upstream = mm2.sourceStart + (pickUpstream % (mm2.sourceEnd - mm2.sourceStart + 1));
        const position = pickPosition % (mm2.targetEnd + 1);
        const translation = translate(mappingOfSimulated(mm2), BigInt(upstream));
        fc.pre('low' in translation);
        if (!('low' in translation)) return;
        const cost = costOfStandingAt(translation, BigInt(position));
        expect(BigInt(mm2.skips(upstream, position))).toBeLessThanOrEqual(cost.skipAtMost);
        expect(BigInt(mm2.rereads(upstream, position))).toBeLessThanOrEqual(cost.rereadAtMost);
      }),
      { numRuns: propertyRuns(3_000), maxSkipsPerRun: 200 },
    );
  });

  test('a later source offset never translates to an earlier position within one untroubled mapping', () => {
    fc.assert(
      fc.property(simulatedLife, (steps) => {
        const calm = steps.filter((step) => ['produce', 'gap', 'mirror', 'flush'].includes(step.do));
        const mm2 = live(calm);
        const mapping = mappingOfSimulated(mm2);
        let previous = -1n;
        for (let upstream = 0; upstream <= mm2.sourceEnd; upstream++) {
          const translation = translate(mapping, BigInt(upstream));
          if (!('low' in translation)) continue;
          expect(translation.low).toBeGreaterThanOrEqual(previous);
          previous = translation.low;
        }
      }),
      { numRuns: propertyRuns(1_000) },
    );
  });
});
