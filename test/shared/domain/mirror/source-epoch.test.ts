import { describe, expect, test } from '@jest/globals';
import { mayPredateSource } from '../../../../shared/domain/mirror/source-epoch.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';

const history = (...times: readonly bigint[]) =>
  SyncHistory.of(times.map((timestamp, i) => ({ timestamp, upstream: BigInt(i * 10), downstream: BigInt(i * 10) })));

describe('whether the syncs may speak of an earlier topic of the name', () => {
  test.each([
    ['its record is still there', 10n, 9_999n, false],
    ['its record is gone, and a record as old as it is left', 11n, 2_001n, false],
    ['its record is gone, and all that is left is younger', 11n, 2_002n, true],
    ['its record is gone, and nothing is left', 11n, null, true],
  ])('%s', (_, sourceStart, firstTimestamp, may) => {
    expect(mayPredateSource(history(1_001n, 2_001n), firstTimestamp, sourceStart)).toBe(may);
  });

  test('a time that the history has rounded down to its second counts as that whole second', () => {
    expect(mayPredateSource(history(2_000n), 2_999n, 1n)).toBe(false);
    expect(mayPredateSource(history(2_000n), 3_000n, 1n)).toBe(true);
  });

  test('without a sync there is none to doubt', () => {
    expect(mayPredateSource(history(), null, 0n)).toBe(false);
  });
});
