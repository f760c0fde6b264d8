import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KnownFlow } from '../../../shared/domain/history/known-flow.ts';
import { auditSimulated } from '../../simulation/audited-life.ts';
import { judgeSimulated } from '../../simulation/judge.ts';
import { KNOWN_LIVES } from '../../simulation/known-lives.ts';
import { SimulatedMm2 } from '../../simulation/simulated-mm2.ts';
import type { Step } from '../../simulation/step.ts';
import { simulatedLife } from '../../simulation/steps.ts';
import { property } from '../property.ts';

/** A chain of audits, each with the memory of the last: no position skips, none re-reads more than reported. */
export const auditedAlong = property({
  name: 'audited-along',
  values: fc.tuple(simulatedLife, fc.array(fc.boolean(), { minLength: 30, maxLength: 30 })),
  holds: ([steps, audits], count) => {
    const mm2 = new SimulatedMm2();
    let known: KnownFlow | null = null;
    // An earlier audit can have syncs that compaction deleted since, and that no audit can judge correctly.
    let undetectable = false;
    for (const [i, step] of steps.entries()) {
      mm2.run([step]);
      if (audits[i] !== true) continue;
      known = auditSimulated(mm2, known).known;
      undetectable ||= mm2.undetectable;
    }
    const { state } = auditSimulated(mm2, known);
    fc.pre(!undetectable && !mm2.undetectable && state.mapping !== null);
    if (state.mapping === null) return;
    count('judged');
    const judgement = judgeSimulated(mm2, state.mapping);
    assert.deepEqual(judgement.violations, []);
    count('exactWithHistory', judgement.exact);
    count('exactWithout', judgeSimulated(mm2).exact);
  },
  examples: KNOWN_LIVES.flatMap(({ steps }) => {
    const audits = [() => false, () => true, (i: number) => i % 2 === 0];
    return audits.map((at): [Step[], boolean[]] => [[...steps], steps.map((_, i) => at(i))]);
  }),
});

/** The same with pairs that comparing records found. */
export const auditedWithPairs = property({
  name: 'audited-with-pairs',
  values: fc.tuple(simulatedLife, fc.array(fc.nat(), { minLength: 30, maxLength: 30 })),
  holds: ([steps, picks], count) => {
    const mm2 = new SimulatedMm2();
    let known: KnownFlow | null = null;
    let bare: KnownFlow | null = null;
    let undetectable = false;
    for (const [i, step] of steps.entries()) {
      mm2.run([step]);
      const pick = picks[i] ?? 0;
      if (pick % 3 !== 0) continue;
      known = auditSimulated(mm2, known, somePairs(mm2, pick)).known;
      bare = auditSimulated(mm2, bare).known;
      undetectable ||= mm2.undetectable;
    }
    const { state } = auditSimulated(mm2, known);
    const without = auditSimulated(mm2, bare).state;
    fc.pre(!undetectable && !mm2.undetectable && state.mapping !== null && without.mapping !== null);
    if (state.mapping === null || without.mapping === null) return;
    const judgement = judgeSimulated(mm2, state.mapping);
    assert.deepEqual(judgement.violations, []);
    count('exactWithPairs', judgement.exact);
    count('exactWithout', judgeSimulated(mm2, without.mapping).exact);
    const { history } = state;
    if (history !== null) for (let i = 0; i < history.length; i++) if (history.isCompared(i)) count('kept');
  },
  examples: KNOWN_LIVES.flatMap(({ steps }) =>
    [0, 3, 1].map((pick): [Step[], number[]] => [[...steps], steps.map((_, i) => pick * i)]),
  ),
});

/** A few records, each with one of its copies, as verification could find them. */
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
