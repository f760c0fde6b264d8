import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ALARMS, COMPOSITE_ALARMS } from '../../../shared/contract/alarms.ts';
import { FINDINGS } from '../../../shared/contract/finding-codes.ts';

const sections = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map(([, title]) => title);

/** What people do, instead of what has happened to them. */
const PROCEDURES = ['failing-over'];
/** The alarms of a stack that are about a name of clients, and about no flow. */
const OF_NAMES = ['name-not-published'];

test('every finding and every alarm has a section in the runbook, and there are no others but procedures', () => {
  const wanted = [...Object.values(FINDINGS), ...Object.values(ALARMS), ...Object.values(COMPOSITE_ALARMS)].map(
    ({ section }) => section,
  );
  expect([...sections].sort()).toEqual([...new Set([...wanted, ...PROCEDURES, ...OF_NAMES])].sort());
});

test('every section has description, impact, investigation and resolution, in this order', () => {
  const text = readFileSync('docs/runbook.md', 'utf8');
  for (const section of text.split(/^## /m).slice(1)) {
    const [title = ''] = section.split('\n');
    const parts = [...section.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, part]) => part);
    expect([title, ...parts]).toEqual([title, 'Description', 'Impact', 'Investigation', 'Resolution']);
  }
});
