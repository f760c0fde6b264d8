import { describe, expect, test } from '@jest/globals';
import { logOf, partitionTruth, recordsOf } from '../../lab/explore/properties/partition-truth.ts';
import { PartitionTruth } from '../../lab/partition-truth.ts';

describe('the truth of a partition', () => {
  test('a steady mirror: every position is exact at its own offset', () => {
    const rows = logOf(['a', 'b', 'c', 'd'], [0]);
    const truth = new PartitionTruth(recordsOf(rows), recordsOf(rows));
    expect(truth.rereadZeroFrom(2n)).toBe(2n);
    expect(truth.skipZeroUpTo(2n)).toBe(2n);
    expect(truth.rereads(0n, 2n)).toBe(2n);
    expect(truth.skips(4n, 2n)).toBe(2n);
    expect(truth.runs()).toEqual([[0n, 0n, 4n]]);
  });

  test('copies that the target itself deleted are not missing; those that went with another topic are', () => {
    const rows = logOf(['a', 'b', 'c', 'd'], [0]);
    const before = new PartitionTruth(recordsOf(rows), recordsOf(rows));
    const left = recordsOf(rows.slice(2), 2);
    expect(new PartitionTruth(recordsOf(rows), left, before, true).missing()).toBe(0n);
    expect(new PartitionTruth(recordsOf(rows), left, before).missing()).toBe(2n);
    const later = new PartitionTruth(
      recordsOf(rows),
      left,
      new PartitionTruth(recordsOf(rows), left, before, true),
      true,
    );
    expect(later.missing()).toBe(0n);
  });

  test('unread records that the target deleted are lost to a group, unless the source has deleted them, too', () => {
    const rows = logOf(['a', 'b', 'c', 'd'], [0]);
    const before = new PartitionTruth(recordsOf(rows), recordsOf(rows));
    const left = recordsOf(rows.slice(3), 3);
    const truth = new PartitionTruth(recordsOf(rows), left, before, true);
    expect(truth.expiredFor(1n)).toBe(2n);
    expect(truth.expiredFor(3n)).toBe(0n);
    expect(new PartitionTruth(left, left, truth, true).expiredFor(1n)).toBe(0n);
  });

  test('a copy that the target has compacted away is not missing: the newest record of its key is there', () => {
    const keyed = (ids: readonly string[]) => ({
      ...recordsOf(logOf(ids, [0])),
      keys: ids.map((id) => id.slice(0, 1)),
    });
    const source = keyed(['k1', 'l1', 'k2', 'k3']);
    const target = keyed(['l1', 'k2']);
    expect(new PartitionTruth(source, target, undefined, false, true).missing()).toBe(1n);
    // Without compaction k1 is lost.
    expect(new PartitionTruth(source, target).missing()).toBe(2n);
    // A record without a key supersedes none.
    const unkeyed = { ...source, keys: ['', '', '', ''] };
    expect(new PartitionTruth(unkeyed, target, undefined, false, true).missing()).toBe(2n);
  });

  test('MM2 is past a missing record if it has mirrored a later one', () => {
    const source = recordsOf(logOf(['a', 'b', 'c', 'd'], [0]));
    const truth = new PartitionTruth(source, recordsOf(logOf(['c'], [0])));
    expect(truth.missing()).toBe(3n);
    expect(truth.passedOver).toBe(2n);
    expect(new PartitionTruth(source, recordsOf([])).passedOver).toBe(0n);
  });

  test('records deleted from the begin of the source are lost to the target; those cut off its end are just gone', () => {
    const rows = logOf(['a', 'b', 'c', 'd'], [0]);
    const none = recordsOf([]);
    const before = new PartitionTruth(recordsOf(rows), none);
    expect(new PartitionTruth(recordsOf(rows.slice(1), 1), none, before).deletedUnmirrored).toBe(1n);
    expect(new PartitionTruth(recordsOf(rows.slice(0, 3)), none, before).deletedUnmirrored).toBe(0n);
  });

  test('records written twice: the group must stand before the last copies, and reads others again', () => {
    const source = recordsOf(logOf(['a', 'b', 'c'], [0]));
    const target = recordsOf(logOf(['a', 'b', 'b', 'c'], [0]));
    const truth = new PartitionTruth(source, target);
    expect(truth.duplicates).toBe(1n);
    expect(truth.rereadZeroFrom(2n)).toBe(3n);
    expect(truth.skipZeroUpTo(1n)).toBe(2n);
  });

  test('records that never arrived are missing and not skipped; foreign ones are neither read again nor skipped', () => {
    const truth = new PartitionTruth(recordsOf(logOf(['a', 'b', 'c'], [0])), recordsOf(logOf(['a', '', 'zz'], [0])));
    expect(truth.missing()).toBe(2n);
    expect(truth.missing(2n)).toBe(1n);
    expect(truth.skips(3n, 0n)).toBe(1n);
    expect(truth.rereads(1n, 3n)).toBe(0n);
    expect(truth.foreign).toBe(2n);
  });

  test('what the source has deleted since still counts, and unmirrored it is lost', () => {
    const before = new PartitionTruth(recordsOf(logOf(['a', 'b', 'c', 'd'], [0])), recordsOf(logOf(['a', 'b'], [0])));
    const after = new PartitionTruth(recordsOf([[3, 'd']], 3), recordsOf(logOf(['a', 'b', 'd'], [0])), before);
    expect(after.rereads(0n, 3n)).toBe(2n);
    expect(after.deletedUnmirrored).toBe(1n);
    expect(after.missing()).toBe(0n);
    expect(after.foreign).toBe(0n);
  });

  test('any history: positions between rereadZeroFrom and skipZeroUpTo cost nothing, and those outside cost something', () => {
    partitionTruth.assert(300);
  });
});

describe('after an unclean election', () => {
  const before = recordsOf([
    [0, 'a', 1],
    [1, 'b', 1],
    [2, 'lost-c', 2],
    [3, 'lost-d', 2],
  ]);
  const after = recordsOf([
    [0, 'a', 1],
    [1, 'b', 1],
    [2, 'new-c', 3],
    [3, 'new-d', 3],
  ]);
  const copies = recordsOf(['a', 'b', 'lost-c', 'lost-d', 'new-c', 'new-d'].map((id, offset) => [offset, id] as const));
  const truth = new PartitionTruth(after, copies, new PartitionTruth(before, copies), true);

  test('the leader epoch of a commit tells which records the group has read', () => {
    // It has read lost-c, but neither lost-d nor new-c.
    expect([truth.rereads(3n, 3n, 2), truth.skips(3n, 3n, 2)]).toEqual([0n, 0n]);
    expect([truth.rereads(2n, 3n, 2), truth.skips(2n, 3n, 2)]).toEqual([1n, 0n]);
    expect([truth.rereads(5n, 3n, 2), truth.skips(5n, 3n, 2)]).toEqual([0n, 2n]);
  });

  test('a commit of the new log says nothing of those that are gone', () => {
    expect([truth.rereads(5n, 3n, 3), truth.skips(5n, 3n, 3)]).toEqual([0n, 0n]);
    expect([truth.rereads(2n, 3n, 3), truth.skips(6n, 3n, 3)]).toEqual([1n, 1n]);
  });

  test('is noticed, also where the log has not grown again', () => {
    const short = recordsOf([[0, 'a', 1]]);
    expect(truth.wasCut).toBe(true);
    expect(new PartitionTruth(short, copies, new PartitionTruth(before, copies), true).wasCut).toBe(true);
    expect(new PartitionTruth(before, copies).wasCut).toBe(false);
  });
});
