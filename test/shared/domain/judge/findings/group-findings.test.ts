import { expect, test } from '@jest/globals';
import { codesOf, judge } from '../judge-case.ts';
import { describeFamilies } from './finding-family.ts';
import { GROUP_FINDINGS } from './group-findings.cases.ts';

describeFamilies(GROUP_FINDINGS);

// Its commits there may be what they should be: nobody has seen them.
test('a group whose commits on the target could not be read is not said to have none', () => {
  expect(codesOf(judge({ group: { unread: 'target' } }))).not.toContain('GROUP_SYNC_REFUSED');
});
