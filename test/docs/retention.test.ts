import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

function words(ms: number, one: string): string {
  const [unit, length] = UNITS.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  const count = ms / length;
  return count === 1 ? `${one}${unit}` : `${count} ${unit}s`;
}

function textOf(file: string): string {
  return readFileSync(join(import.meta.dirname, '../../docs', file), 'utf8').replace(/\s+/g, ' ');
}

/** The levels that are kept for their own sake: coarser ones that are kept no longer serve the chains. */
const levels = DEFAULT_RETENTION.steps.filter(
  ({ keepMs }, i, steps) => i === 0 || keepMs > (steps[i - 1]?.keepMs ?? 0),
);
const longest = Math.max(...DEFAULT_RETENTION.steps.map(({ keepMs }) => keepMs));

describe('what the docs say of how long the history is kept', () => {
  test('docs/configuration.md has every level', () => {
    const said = levels.map(({ everyMs, keepMs }) => {
      const keep = keepMs === 86_400_000 ? '24 hours' : words(keepMs, '1 ');
      return `one per ${words(everyMs, '')} for ${keep}`;
    });
    expect(textOf('configuration.md')).toContain(`${said.slice(0, -1).join(', ')}, and ${said.at(-1)}`);
  });

  test('docs/deployment.md has the longest', () => {
    expect(textOf('deployment.md')).toContain(`stores every audit for ${words(longest, '1 ')}, thinned with age`);
  });
});
