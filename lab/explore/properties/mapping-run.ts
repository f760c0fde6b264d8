import assert from 'node:assert/strict';
import fc from 'fast-check';
import { appendMerged, thinToBudget } from '../../../shared/domain/history/mapping-run.ts';
import { PartitionMapping } from '../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../shared/domain/mirror/syncs/sync-history.ts';
import { translate } from '../../../shared/domain/mirror/translation.ts';
import { SimulatedMm2 } from '../../simulation/simulated-mm2.ts';
import { simulatedLife } from '../../simulation/steps.ts';
import { property } from '../property.ts';

/** The mapping as stored in the history translates every offset like the syncs, or wider if differences can cancel. */
export const mappingMerged = property({
  name: 'mapping-merged',
  values: simulatedLife,
  holds: (steps, count) => {
    const mm2 = SimulatedMm2.after(steps);
    const history = mm2.readSyncs();
    const runs = stored(history, mm2.exactlyOnce);
    count('merged', history.length - runs.length);
    const whole = mappingOf(mm2, history);
    const kept = mappingOf(mm2, runs);
    for (let upstream = 0; upstream <= mm2.sourceEnd; upstream++) {
      const mine = translate(kept, BigInt(upstream));
      const theirs = translate(whole, BigInt(upstream));
      if (mine.kind === 'interval' && theirs.kind === 'interval' && whole.hasForeign && whole.hasGaps) {
        // Differences between offsets are not used there, only the syncs themselves: as safe, but wider.
        assert(mine.low <= theirs.low, `low ${mine.low}, ${theirs.low} by the syncs`);
        assert(mine.high >= theirs.high, `high ${mine.high}, ${theirs.high} by the syncs`);
        assert.equal(mine.again, theirs.again);
      } else assert.deepEqual(mine, theirs);
    }
  },
});

/** A mapping thinned to a few points gives wider intervals that contain those of the dense one. */
export const mappingThinned = property({
  name: 'mapping-thinned',
  values: fc.tuple(simulatedLife, fc.integer({ min: 2, max: 5 })),
  // Without the sync of offset 2, nothing shows that MM2 jumped over offset 1 when it wrote again.
  examples: [
    [
      [
        { do: 'produce', records: 2 },
        { do: 'mirror', records: 2, syncs: 0 },
        { do: 'restart' },
        { do: 'recreate-source', records: 1 },
        { do: 'gap', offsets: 1 },
        { do: 'produce', records: 2 },
        { do: 'mirror', records: 3, syncs: 2 },
        { do: 'delete-records', offsets: 1 },
        { do: 'flush' },
      ],
      2,
    ],
    // In transactions: the sync that shows that the target has more than markers must stay.
    [
      [
        { do: 'produce', records: 32 },
        { do: 'marker' },
        { do: 'produce', records: 1 },
        { do: 'mirror', records: 23, syncs: 99 },
        { do: 'foreign', records: 1 },
        { do: 'mirror', records: 10, syncs: 0 },
        { do: 'produce', records: 1 },
        { do: 'foreign', records: 2 },
        { do: 'mirror', records: 1, syncs: 99 },
        { do: 'gap', offsets: 1 },
        { do: 'flush' },
      ],
      2,
    ],
  ],
  holds: ([steps, budget], count) => {
    const mm2 = SimulatedMm2.after(steps);
    fc.pre(!mm2.undetectable);
    const history = mm2.readSyncs();
    const runs = stored(history, mm2.exactlyOnce);
    const thinned = runs.copy();
    const gone = thinToBudget(thinned, budget, mm2.exactlyOnce);
    count('dropped', gone);
    assert.equal(thinned.length + gone, runs.length);
    if (gone === 0) return;
    const before = mappingOf(mm2, runs);
    const after = mappingOf(mm2, thinned);
    for (let upstream = mm2.sourceStart; upstream <= mm2.sourceEnd; upstream++) {
      const dense = translate(before, BigInt(upstream));
      const sparse = translate(after, BigInt(upstream));
      if (dense.kind !== 'interval' || sparse.kind !== 'interval') continue;
      assert(sparse.low <= dense.low, `low ${sparse.low}, ${dense.low} before`);
      assert(sparse.high + sparse.again >= dense.high, `high ${sparse.high}, ${dense.high} before`);
    }
  },
});

/** The syncs that an audit read, merged as the history stores them. */
function stored(history: SyncHistory, inTransactions: boolean): SyncHistory {
  const kept = new SyncHistory();
  for (let i = 0; i < history.length; i++) appendMerged(kept, history.at(i), inTransactions);
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
