import { describe, expect, test } from '@jest/globals';
import { auditedAlong, auditedWithPairs } from '../../../../lab/explore/properties/audited-along.ts';

describe('audits that go on from one another', () => {
  test('skip nothing and re-read no more than they say, whatever happens between them', () => {
    const { judged, exactWithHistory, exactWithout = 0 } = auditedAlong.assert(6_000);
    expect(judged).toBe(6_000);
    // Compaction of the offset-syncs topic takes nothing away that an audit has seen.
    expect(exactWithHistory).toBeGreaterThan(exactWithout);
  });

  test('and so they do with pairs that comparing records has shown', () => {
    const { kept, exactWithPairs, exactWithout = 0 } = auditedWithPairs.assert(6_000);
    expect(kept).toBeGreaterThan(1_000);
    expect(exactWithPairs).toBeGreaterThan(exactWithout);
  });
});
