import assert from 'node:assert/strict';
import fc from 'fast-check';
import { costOfStandingAt, translate } from '../../../shared/domain/mirror/translation.ts';
import { judgeSimulated, mappingOfSimulated } from '../../simulation/judge.ts';
import { KNOWN_LIVES } from '../../simulation/known-lives.ts';
import { SimulatedMm2 } from '../../simulation/simulated-mm2.ts';
import type { Step } from '../../simulation/step.ts';
import { simulatedLife } from '../../simulation/steps.ts';
import { property } from '../property.ts';

/** No position skips or re-reads more than reported, in lives whose broken assumptions can be noticed. */
export const translation = property({
  name: 'translation',
  values: simulatedLife,
  holds: (steps, count) => {
    const mm2 = SimulatedMm2.after(steps);
    fc.pre(!mm2.undetectable);
    count('judged');
    assert.deepEqual(judgeSimulated(mm2).violations, []);
  },
  examples: KNOWN_LIVES.map(({ steps }) => [...steps]),
});

/** The reported cost of any other position on the target is an upper bound too. */
export const standingElsewhere = property({
  name: 'standing-elsewhere',
  values: fc.tuple(simulatedLife, fc.nat(), fc.nat()),
  holds: ([steps, pickUpstream, pickPosition], count) => {
    const mm2 = SimulatedMm2.after(steps);
    fc.pre(!mm2.undetectable);
    const upstream = mm2.sourceStart + (pickUpstream % (mm2.sourceEnd - mm2.sourceStart + 1));
    const position = pickPosition % (mm2.targetEnd + 1);
    const said = translate(mappingOfSimulated(mm2), BigInt(upstream));
    fc.pre(said.kind === 'interval');
    if (said.kind !== 'interval') return;
    count('judged');
    const cost = costOfStandingAt(said, BigInt(position), {
      start: BigInt(mm2.targetStart),
      highWatermark: BigInt(mm2.targetEnd),
    });
    const skips = mm2.skips(upstream, position);
    const rereads = mm2.rereads(upstream, position);
    assert(BigInt(skips) <= cost.skipAtMost, `${skips} skipped, ${cost.skipAtMost} said`);
    assert(BigInt(rereads) <= cost.rereadAtMost, `${rereads} re-read, ${cost.rereadAtMost} said`);
  },
  examples: KNOWN_LIVES.flatMap(({ steps }) => [0, 1, 2, 3].map((n): [Step[], number, number] => [[...steps], n, n])),
});

/** In a life without faults, a later source offset never translates to an earlier position. */
export const laterOffsets = property({
  name: 'later-offsets',
  values: simulatedLife,
  holds: (steps) => {
    const calm = steps.filter((step) => ['produce', 'gap', 'mirror', 'flush'].includes(step.do));
    const mm2 = SimulatedMm2.after(calm);
    const mapping = mappingOfSimulated(mm2);
    let previous = -1n;
    for (let upstream = 0; upstream <= mm2.sourceEnd; upstream++) {
      const said = translate(mapping, BigInt(upstream));
      if (said.kind !== 'interval') continue;
      assert(said.low >= previous, `${said.low} for ${upstream}, ${previous} before it`);
      previous = said.low;
    }
  },
});
