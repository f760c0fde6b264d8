import { describe, expect, test } from '@jest/globals';
import { auditedAlong, auditedWithPairs } from '../../../../lab/explore/properties/audited-along.ts';

// Each known life is judged first. `npm run explore` draws new ones.
const LIVES = 1_500;

describe('audits that go on from one another', () => {
  test('skip nothing and re-read no more than they say, whatever happens between them', () => {
    const { judged, exactWithHistory, exactWithout = 0 } = auditedAlong.assert(LIVES);
    expect(judged).toBe(LIVES);
    // Compaction of the offset-syncs topic takes nothing away that an audit has seen.
    expect(exactWithHistory).toBeGreaterThan(exactWithout);
  });

  test('and so they do with pairs that comparing records has shown', () => {
    const { kept, exactWithPairs, exactWithout = 0 } = auditedWithPairs.assert(LIVES);
    expect(kept).toBeGreaterThan(LIVES / 6);
    expect(exactWithPairs).toBeGreaterThan(exactWithout);
  });
});
