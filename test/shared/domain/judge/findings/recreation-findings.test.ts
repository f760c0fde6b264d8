import { expect, test } from '@jest/globals';
import type { FlowCase } from '../case-shapes.ts';
import { auditsInARow } from '../judge-case.ts';
import { describeFamilies } from './finding-family.ts';
import { RECREATION_FINDINGS } from './recreation-findings.cases.ts';

describeFamilies(RECREATION_FINDINGS);

// From the second audit on the history alone tells of it, which keeps that the topic changed and not how that was seen.
test.failing('a log that was cut off is not said to have another topic id, now or later', () => {
  const cut: FlowCase = { partition: { source: [0n, 500n] }, groups: [] };
  const [, first, second] = auditsInARow([{ groups: [] }, cut, cut]).map(({ report }) => report.findings[0]?.message);
  expect(first).toContain('it ends before offsets that MM2 has mirrored');
  expect(second).toContain('it ends before offsets that MM2 has mirrored');
});
