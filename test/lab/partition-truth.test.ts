import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PartitionRecords } from '../../lab/partition-records.ts';
import { PartitionTruth } from '../../lab/partition-truth.ts';

function records(rows: readonly (readonly [number, string])[], start = 0, end?: number): PartitionRecords {
  return {
    start: BigInt(start),
    end: BigInt(end ?? (rows.at(-1)?.[0] ?? start - 1) + 1),
    offsets: Float64Array.from(rows, ([offset]) => offset),
    ids: rows.map(([, id]) => id),
    keys: rows.map(() => ''),
  };
}

/** Rows `[offset, id]` for ids at increasing offsets with gaps. */
const log = (ids: readonly string[], gaps: readonly number[]): [number, string][] => {
  let offset = 0;
  return ids.map((id, index) => {
    offset += gaps[index % Math.max(1, gaps.length)] ?? 0;
    return [offset++, id];
  });
};

describe('the truth of a partition', () => {
  test('a steady mirror: every position is exact at its own offset', () => {
    const rows = log(['a', 'b', 'c', 'd'], [0]);
    const truth = new PartitionTruth(records(rows), records(rows));
    expect(truth.rereadZeroFrom(2n)).toBe(2n);
    expect(truth.skipZeroUpTo(2n)).toBe(2n);
    expect(truth.rereads(0n, 2n)).toBe(2n);
    expect(truth.skips(4n, 2n)).toBe(2n);
    expect(truth.runs()).toEqual([[0n, 0n, 4n]]);
  });

  test('copies that the target deleted are not missing; those of a deleted target topic are', () => {
    const rows = log(['a', 'b', 'c', 'd'], [0]);
    const before = new PartitionTruth(records(rows), records(rows));
    const left = records(rows.slice(2), 2);
    expect(new PartitionTruth(records(rows), left, before, true).missing()).toBe(0n);
    expect(new PartitionTruth(records(rows), left, before).missing()).toBe(2n);
    const later = new PartitionTruth(records(rows), left, new PartitionTruth(records(rows), left, before, true), true);
    expect(later.missing()).toBe(0n);
  });

  test('GIVEN re-mirrored records THEN the group must be before the last copies, and re-reads others', () => {
    const source = records(log(['a', 'b', 'c'], [0]));
    const target = records(log(['a', 'b', 'b', 'c'], [0]));
    const truth = new PartitionTruth(source, target);
    expect(truth.duplicates).toBe(1n);
    expect(truth.rereadZeroFrom(2n)).toBe(3n);
    expect(truth.skipZeroUpTo(1n)).toBe(2n);
  });

  test('records that never arrived are missing, not skipped; foreign ones are neither re-read nor skipped', () => {
    const truth = new PartitionTruth(records(log(['a', 'b', 'c'], [0])), records(log(['a', '', 'zz'], [0])));
    expect(truth.missing()).toBe(2n);
    expect(truth.missing(2n)).toBe(1n);
    expect(truth.skips(3n, 0n)).toBe(1n);
    expect(truth.rereads(1n, 3n)).toBe(0n);
    expect(truth.foreign).toBe(2n);
  });

  test('records that the source has deleted still count; unmirrored ones are lost', () => {
    const before = new PartitionTruth(records(log(['a', 'b', 'c', 'd'], [0])), records(log(['a', 'b'], [0])));
    const after = new PartitionTruth(records([[3, 'd']], 3), records(log(['a', 'b', 'd'], [0])), before);
    expect(after.rereads(0n, 3n)).toBe(2n);
    expect(after.deletedUnmirrored).toBe(1n);
    expect(after.missing()).toBe(0n);
    expect(after.foreign).toBe(0n);
  });

  test('GIVEN any records THEN positions between rereadZeroFrom and skipZeroUpTo cost nothing, and others do', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 20 });
    const copies = fc.array(fc.integer({ min: 0, max: 34 }).map(String), { maxLength: 30 });
    const gaps = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(ids, copies, gaps, gaps, fc.nat(40), (sourceIds, targetIds, g1, g2, u) => {
        const source = log(sourceIds, g1);
        const target = log(targetIds, g2);
        const truth = new PartitionTruth(records(source), records(target));
        const committed = BigInt(u);
        const from = truth.rereadZeroFrom(committed);
        const upTo = truth.skipZeroUpTo(committed);
        const offsetOf = new Map(source.map(([offset, id]) => [id, offset]));
        for (let p = 0; p <= Number(truth.target.end); p++) {
          const rereads = target.filter(([d, id]) => d >= p && (offsetOf.get(id) ?? u) < u).length;
          const skips = source.filter(
            ([offset, id]) =>
              offset >= u && targetIds.includes(id) && !target.some(([d, copy]) => copy === id && d >= p),
          ).length;
          expect([truth.rereads(BigInt(p), committed), truth.skips(BigInt(p), committed)]).toEqual(
            [rereads, skips].map(BigInt),
          );
          expect(BigInt(p) >= from).toBe(rereads === 0);
          expect(BigInt(p) <= upTo).toBe(skips === 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
