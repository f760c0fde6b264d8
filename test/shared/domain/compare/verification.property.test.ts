import { describe, expect, test } from '@jest/globals';
import {
  verificationOfDifferent,
  verificationOfEqual,
  verificationOfStretches,
  verificationOfThrees,
} from '../../../../lab/explore/properties/verification.ts';
import { propertyRuns } from '../../../property-runs.ts';

const LIVES = propertyRuns(250, 800);

const CASES = [
  { records: 'different', verification: verificationOfDifferent },
  { records: 'equal three in a row', verification: verificationOfThrees },
  { records: 'equal in long stretches', verification: verificationOfStretches },
  { records: 'all equal', verification: verificationOfEqual },
];

describe('comparing records over simulated lives of a mirrored partition', () => {
  test.each(CASES)('records that are $records: no skip and no re-read beyond what is said', ({ verification }) => {
    expect(verification.assert(LIVES).verified).toBeGreaterThan(LIVES);
  });
});
