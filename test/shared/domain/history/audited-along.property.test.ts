import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditSimulated } from '../../../../lab/simulation/audited-life.ts';
import { judgeSimulated } from '../../../../lab/simulation/judge.ts';
import { SimulatedMm2 } from '../../../../lab/simulation/simulated-mm2.ts';
import { simulatedLife } from '../../../../lab/simulation/steps.ts';
import type { KnownFlow } from '../../../../shared/domain/history/known-flow.ts';
import { flowFixture } from '../model/flow-fixture.ts';

describe('audits that continue from each other', () => {
  test('skip nothing and re-read no more than their bounds, whatever happens between them', () => {
    let judged = 0;
    let exactWithHistory = 0;
    let exactWithout = 0;
    fc.assert(
      fc.property(simulatedLife, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (steps, audits) => {
        const mm2 = new SimulatedMm2();
        let known: KnownFlow | null = null;
        // Compaction can remove the syncs that would have shown a break; an audit before it has read them.
        let undetectable = false;
        for (const [i, step] of steps.entries()) {
          mm2.run([step]);
          if (audits[i] !== true) continue;
          known = auditSimulated(mm2, flowFixture(), known).known;
          undetectable ||= mm2.undetectable;
        }
        const { state } = auditSimulated(mm2, flowFixture(), known);
        fc.pre(!undetectable && !mm2.undetectable && state.mapping !== null);
        if (state.mapping === null) return;
        judged++;
        const judgement = judgeSimulated(mm2, state.mapping);
        expect(judgement.violations).toEqual([]);
        exactWithHistory += judgement.exact;
        exactWithout += judgeSimulated(mm2).exact;
      }),
      { numRuns: 6_000, maxSkipsPerRun: 200 },
    );
    expect(judged).toBeGreaterThanOrEqual(6_000);
    // Compaction of the offset-syncs topic does not affect syncs that an audit has read.
    expect(exactWithHistory).toBeGreaterThan(exactWithout);
  });

  test('hold their bounds with verified pairs, too', () => {
    let kept = 0;
    let exactWithPairs = 0;
    let exactWithout = 0;
    fc.assert(
      fc.property(simulatedLife, fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), (steps, picks) => {
        const mm2 = new SimulatedMm2();
        let known: KnownFlow | null = null;
        let bare: KnownFlow | null = null;
        let undetectable = false;
        for (const [i, step] of steps.entries()) {
          mm2.run([step]);
          const pick = picks[i] ?? 0;
          if (pick % 3 !== 0) continue;
          known = auditSimulated(mm2, flowFixture(), known, somePairs(mm2, pick)).known;
          bare = auditSimulated(mm2, flowFixture(), bare).known;
          undetectable ||= mm2.undetectable;
        }
        const { state } = auditSimulated(mm2, flowFixture(), known);
        const without = auditSimulated(mm2, flowFixture(), bare).state;
        fc.pre(!undetectable && !mm2.undetectable && state.mapping !== null && without.mapping !== null);
        if (state.mapping === null || without.mapping === null) return;
        const judgement = judgeSimulated(mm2, state.mapping);
        expect(judgement.violations).toEqual([]);
        exactWithPairs += judgement.exact;
        exactWithout += judgeSimulated(mm2, without.mapping).exact;
        const { history } = state;
        if (history !== null) for (let i = 0; i < history.length; i++) if (history.isCompared(i)) kept++;
      }),
      { numRuns: 6_000, maxSkipsPerRun: 200 },
    );
    expect(kept).toBeGreaterThan(1_000);
    expect(exactWithPairs).toBeGreaterThan(exactWithout);
  });
});

/** A few records, each with one of its copies, as a comparison may find them. */
function somePairs(mm2: SimulatedMm2, pick: number): { upstream: number; downstream: number }[] {
  const span = mm2.sourceEnd - mm2.sourceStart;
  if (span <= 0) return [];
  return [pick, pick * 7 + 3, pick * 31 + 11].flatMap((n) => {
    const upstream = mm2.sourceStart + (n % span);
    const copies = mm2.copiesOf(upstream);
    const downstream = copies[n % Math.max(1, copies.length)];
    return downstream === undefined ? [] : [{ upstream, downstream }];
  });
}
