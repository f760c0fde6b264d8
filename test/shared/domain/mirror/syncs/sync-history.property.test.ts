import { describe, expect, test } from '@jest/globals';
import { historiesInCommon, historyLikeArrays } from '../../../../../lab/explore/properties/sync-history.ts';
import { SyncHistory } from '../../../../../shared/domain/mirror/syncs/sync-history.ts';
import { propertyRuns } from '../../../../property-runs.ts';

describe('a sync history', () => {
  test('does what arrays of points do, and copies that share columns do not see each other change', () => {
    historyLikeArrays.assert(propertyRuns(1_000));
  });

  test('tells how far two are the same, whatever they share', () => {
    historiesInCommon.assert(propertyRuns(100));
  });

  test('no point outside is read, kept or replaced', () => {
    const one = SyncHistory.of([{ timestamp: 1n, upstream: 2n, downstream: 3n }]);
    expect(() => one.at(1)).toThrow(RangeError);
    expect(() => one.keep([1])).toThrow(RangeError);
    expect(() => one.keep([0, 0])).toThrow(RangeError);
    expect(() => one.replace(-1, one.at(0))).toThrow(RangeError);
  });
});
