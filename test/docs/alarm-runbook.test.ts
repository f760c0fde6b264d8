import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ALARMS } from '../../shared/contract/alarms.ts';

describe('docs/runbook.md', () => {
  const sections = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8').split(/^## /m);

  test.each(Object.values(ALARMS))('has a section for $path', ({ section }) => {
    const found = sections.filter((text) => text.startsWith(`${section}\n`));
    expect(found).toHaveLength(1);
  });
});
