import { describe, expect, test } from '@jest/globals';
import { mayPredateSource, syncsOlderThanSource } from '../../../../shared/domain/mirror/source-epoch.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

/** Syncs of the source offsets 0, 10, 20 …, written at these times. */
const history = (...times: readonly bigint[]) =>
  SyncHistory.of(times.map((timestamp, i) => ({ timestamp, upstream: BigInt(i * 10), downstream: BigInt(i * 10) })));
const record = (offset: bigint, timestamp: bigint) => ({ offset, timestamp });

describe('syncs that are older than the first record of the source', () => {
  test('a sync of a record behind the first one, but older: the topic was recreated', () => {
    expect(syncsOlderThanSource(history(1_001n, 2_001n, 9_001n), record(0n, 5_001n))).toBe(2);
    expect(syncsOlderThanSource(history(1_001n, 2_001n, 9_001n), record(0n, 1_001n))).toBe(0);
  });

  test('compaction took the records of old syncs: they show nothing, although the log still begins before them', () => {
    expect(syncsOlderThanSource(history(1_001n, 2_001n, 9_001n), record(11n, 5_001n))).toBe(0);
    expect(syncsOlderThanSource(history(1_001n, 2_001n, 9_001n), record(10n, 5_001n))).toBe(2);
  });
});

describe('whether the syncs may speak of an earlier topic of the name', () => {
  test.each([
    ['its record is still there', record(10n, 9_999n), false],
    ['its record is gone, and a record as old as it is left', record(11n, 2_001n), false],
    ['its record is gone, and all that is left is younger', record(11n, 2_002n), true],
    ['nothing is left', null, true],
  ])('%s', (_, first, may) => {
    expect(mayPredateSource(history(1_001n, 2_001n), first, 0n)).toBe(may);
  });

  test.each([
    [10n, false],
    [11n, true],
  ])('the first record is unknown and the log begins at %d', (sourceStart, may) => {
    expect(mayPredateSource(history(1_001n, 2_001n), 'unknown', sourceStart)).toBe(may);
  });

  test('a time that the history has rounded down to its second counts as that whole second', () => {
    expect(mayPredateSource(history(2_000n), record(1n, 2_999n), 0n)).toBe(false);
    expect(mayPredateSource(history(2_000n), record(1n, 3_000n), 0n)).toBe(true);
  });

  test('without a sync there is none to doubt', () => {
    expect(mayPredateSource(history(), null, 0n)).toBe(false);
  });
});
