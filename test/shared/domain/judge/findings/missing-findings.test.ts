import { expect, test } from '@jest/globals';
import { rememberedIds } from '../case-parts.ts';
import { codesOf, judge } from '../judge-case.ts';
import { describeFamilies } from './finding-family.ts';
import { MISSING_FINDINGS } from './missing-findings.cases.ts';

describeFamilies(MISSING_FINDINGS);

// What was cut off from the source is on the target still. MM2 brought it: no other process wrote it.
test('a source log that was cut makes nobody a foreign writer', () => {
  const cut = { topic: { sourceId: 'one' }, partition: { source: [0n, 500n] }, groups: [] } as const;
  const codes = codesOf(judge({ ...cut, remembered: rememberedIds({ source: 'one' }) }));
  expect(codes).toContain('SOURCE_LOG_CUT');
  expect(codes).not.toContain('FOREIGN_WRITES');
});

test('records beyond those that the cut explains were written by somebody else', () => {
  const cut = {
    topic: { sourceId: 'one' },
    partition: { source: [0n, 500n], target: [0n, 1_101n] },
    groups: [],
  } as const;
  const { findings } = judge({ ...cut, remembered: rememberedIds({ source: 'one' }) });
  expect(findings.find(({ code }) => code === 'FOREIGN_WRITES')?.evidence).toMatchObject({ records: 100n });
});
