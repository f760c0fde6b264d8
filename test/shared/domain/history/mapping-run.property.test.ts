import { describe, expect, test } from '@jest/globals';
import { mappingMerged, mappingThinned } from '../../../../lab/explore/properties/mapping-run.ts';

describe('the mapping as the history keeps it', () => {
  test('translates every offset as the syncs themselves do, or wider where differences cancel', () => {
    expect(mappingMerged.assert(800).merged).toBeGreaterThan(100);
  });

  test('thinned to a few points it still never skips and never re-reads beyond its bound', () => {
    expect(mappingThinned.assert(1_500).dropped).toBeGreaterThan(20);
  });
});
