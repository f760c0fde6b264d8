import { describe, expect, test } from '@jest/globals';
import { laterOffsets, standingElsewhere, translation } from '../../../../lab/explore/properties/translation.ts';
import { propertyRuns } from '../../../property-runs.ts';

const HISTORIES = propertyRuns(5_000, 12_000);
const STANDINGS = propertyRuns(3_000);

describe('translation over simulated lives of a mirrored partition', () => {
  test('no skip and no re-read beyond what was said, while what breaks can be noticed', () => {
    // Lives that cannot be judged are drawn again, so that the number is that of judged ones.
    expect(translation.assert(HISTORIES).judged).toBe(HISTORIES);
  });

  test('the cost of any other position on the target is bounded as well', () => {
    expect(standingElsewhere.assert(STANDINGS).judged).toBe(STANDINGS);
  });

  test('a later source offset never translates to an earlier position within one untroubled mapping', () => {
    laterOffsets.assert(propertyRuns(1_000));
  });
});
