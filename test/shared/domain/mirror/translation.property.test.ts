import { describe, expect, test } from '@jest/globals';
import { laterOffsets, standingElsewhere, translation } from '../../../../lab/explore/properties/translation.ts';

const HISTORIES = 12_000;

describe('translation over simulated lives of a mirrored partition', () => {
  test('no skip and no re-read beyond what was said, while what breaks can be noticed', () => {
    // Lives that cannot be judged are drawn again, so that the number is that of judged ones.
    expect(translation.assert(HISTORIES).judged).toBe(HISTORIES);
  });

  test('the cost of any other position on the target is bounded as well', () => {
    expect(standingElsewhere.assert(3_000).judged).toBe(3_000);
  });

  test('a later source offset never translates to an earlier position within one untroubled mapping', () => {
    laterOffsets.assert(1_000);
  });
});
