import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SimulatedMm2 } from '../../../../lab/simulation/simulated-mm2.ts';
import { simulatedLife } from '../../../../lab/simulation/steps.ts';
import { appendMerged, thinToBudget } from '../../../../shared/domain/history/mapping-run.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { translate } from '../../../../shared/domain/mirror/translation.ts';

/** The syncs that the history stores, given those that an audit read. */
function stored(history: SyncHistory): SyncHistory {
  const kept = new SyncHistory();
  for (let i = 0; i < history.length; i++) appendMerged(kept, history.at(i));
  return kept;
}

function mappingOf(mm2: SimulatedMm2, history: SyncHistory): PartitionMapping {
  return new PartitionMapping({
    history,
    target: { start: 0n, end: BigInt(mm2.targetEnd) },
    sourceEnd: BigInt(mm2.sourceEnd),
    exactlyOnce: mm2.exactlyOnce,
  });
}

function livedThrough(steps: Parameters<SimulatedMm2['run']>[0]): SimulatedMm2 {
  const mm2 = new SimulatedMm2();
  mm2.run(steps);
  return mm2;
}

describe('the mapping as the history stores it', () => {
  test('translates every offset as the syncs themselves do, or with wider bounds where differences cancel', () => {
    let merged = 0;
    fc.assert(
      fc.property(simulatedLife, (steps) => {
        const mm2 = livedThrough(steps);
        const history = mm2.readSyncs();
        const runs = stored(history);
        merged += history.length - runs.length;
        const whole = mappingOf(mm2, history);
        const kept = mappingOf(mm2, runs);
        for (let upstream = 0; upstream <= mm2.sourceEnd; upstream++) {
          const mine = translate(kept, BigInt(upstream));
          const theirs = translate(whole, BigInt(upstream));
          if ('low' in mine && 'low' in theirs && whole.hasForeign && whole.hasGaps) {
            // There the translation uses only the syncs themselves, not their differences: as safe, but wider.
            expect(mine.low).toBeLessThanOrEqual(theirs.low);
            expect(mine.high).toBeGreaterThanOrEqual(theirs.high);
            expect(mine.again).toBe(theirs.again);
          } else expect(mine).toEqual(theirs);
        }
      }),
      { numRuns: 800 },
    );
    expect(merged).toBeGreaterThan(100);
  });

  test('thinned to a few points, it still never skips and never re-reads beyond its bound', () => {
    let dropped = 0;
    fc.assert(
      fc.property(simulatedLife, fc.integer({ min: 2, max: 5 }), (steps, budget) => {
        const mm2 = livedThrough(steps);
        fc.pre(!mm2.undetectable);
        const history = mm2.readSyncs();
        const runs = stored(history);
        const thinned = runs.copy();
        const gone = thinToBudget(thinned, budget);
        dropped += gone;
        expect(thinned.length + gone).toBe(runs.length);
        if (gone === 0) return;
        const before = mappingOf(mm2, runs);
        const after = mappingOf(mm2, thinned);
        for (let upstream = mm2.sourceStart; upstream <= mm2.sourceEnd; upstream++) {
          const dense = translate(before, BigInt(upstream));
          const sparse = translate(after, BigInt(upstream));
          if (!('low' in dense) || !('low' in sparse)) continue;
          // The sparse mapping has wider bounds, never different ones.
          expect(sparse.low).toBeLessThanOrEqual(dense.low);
          expect(sparse.high + sparse.again).toBeGreaterThanOrEqual(dense.high);
        }
      }),
      { numRuns: 1_500, maxSkipsPerRun: 200 },
    );
    expect(dropped).toBeGreaterThan(20);
  });
});
