import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PartitionRecords } from '../../partition-records.ts';
import { PartitionTruth } from '../../partition-truth.ts';
import { property } from '../property.ts';

/** A log's records. */
type Row = readonly [offset: number, id: string, leaderEpoch?: number];

export function recordsOf(rows: readonly Row[], start = 0, end?: number): PartitionRecords {
  return {
    start: BigInt(start),
    end: BigInt(end ?? (rows.at(-1)?.[0] ?? start - 1) + 1),
    offsets: Float64Array.from(rows, ([offset]) => offset),
    ids: rows.map(([, id]) => id),
    keys: rows.map(() => ''),
    leaderEpochs: Int32Array.from(rows, ([, , leaderEpoch = 0]) => leaderEpoch),
  };
}

/** Rows for ids at increasing offsets with gaps. */
export function logOf(ids: readonly string[], gaps: readonly number[]): Row[] {
  let offset = 0;
  return ids.map((id, index) => {
    offset += gaps[index % Math.max(1, gaps.length)] ?? 0;
    return [offset++, id];
  });
}

const gaps = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 });

/** For any two logs: positions from `rereadZeroFrom` to `skipZeroUpTo` cost nothing, all others cost something. */
export const partitionTruth = property({
  name: 'partition-truth',
  values: fc.record({
    sourceIds: fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 20 }),
    targetIds: fc.array(fc.integer({ min: 0, max: 34 }).map(String), { maxLength: 30 }),
    sourceGaps: gaps,
    targetGaps: gaps,
    committed: fc.nat(40),
  }),
  holds: ({ sourceIds, targetIds, sourceGaps, targetGaps, committed: u }) => {
    const source = logOf(sourceIds, sourceGaps);
    const target = logOf(targetIds, targetGaps);
    const truth = new PartitionTruth(recordsOf(source), recordsOf(target));
    const committed = BigInt(u);
    const from = truth.rereadZeroFrom(committed);
    const upTo = truth.skipZeroUpTo(committed);
    const offsetOf = new Map(source.map(([offset, id]) => [id, offset]));
    for (let p = 0; p <= Number(truth.target.end); p++) {
      const rereads = target.filter(([d, id]) => d >= p && (offsetOf.get(id) ?? u) < u).length;
      const skips = source.filter(
        ([offset, id]) => offset >= u && targetIds.includes(id) && !target.some(([d, copy]) => copy === id && d >= p),
      ).length;
      assert.deepEqual(
        [truth.rereads(BigInt(p), committed), truth.skips(BigInt(p), committed)],
        [BigInt(rereads), BigInt(skips)],
      );
      assert.equal(BigInt(p) >= from, rereads === 0);
      assert.equal(BigInt(p) <= upTo, skips === 0);
    }
  },
});
