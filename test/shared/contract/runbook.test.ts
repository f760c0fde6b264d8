import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ALARMS } from '../../../shared/contract/alarms.ts';
import { FINDINGS } from '../../../shared/contract/finding-codes.ts';

const sections = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^## (.+)$/gm)].map(([, title]) => title);

test('every finding and every alarm has its section in the runbook, and no section is left over', () => {
  const wanted = [...Object.values(FINDINGS), ...Object.values(ALARMS)].map(({ section }) => section);
  expect([...sections].sort()).toEqual([...new Set(wanted)].sort());
});

test('every section says what to do', () => {
  const text = readFileSync('docs/runbook.md', 'utf8');
  for (const part of text.split(/^## /m).slice(1)) expect(part).toMatch(/\*\*Means\.\*\*[\s\S]*\*\*Do\.\*\*/);
});
