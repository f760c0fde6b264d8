import { expect, test } from '@jest/globals';
import type { FlowCase } from '../case-shapes.ts';
import { auditsInARow } from '../judge-case.ts';
import { describeFamilies } from './finding-family.ts';
import { RECREATION_FINDINGS } from './recreation-findings.cases.ts';

describeFamilies(RECREATION_FINDINGS);

// From the second audit on, the history alone shows it. The history keeps that the log is a new one, not how an audit saw that.
test('a log that was cut off is not said to have another topic id, now or later', () => {
  const cut: FlowCase = { partition: { source: [0n, 500n] }, groups: [] };
  const [, first, second] = auditsInARow([{ groups: [] }, cut, cut]).map(({ report }) => report.findings[0]?.message);
  expect(first).toContain('it ends before offsets that MM2 has mirrored');
  expect(second).toContain('an earlier audit noticed that its log is a new one');
});
