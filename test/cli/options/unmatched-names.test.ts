import { expect, test } from '@jest/globals';
import { filterOf } from '../../../cli/options/name-patterns.ts';
import { OfferedNames } from '../../../cli/options/unmatched-names.ts';

/** What is said of a topic filter over topics that are there. */
function said(topic: readonly string[], there: readonly string[]): string {
  const offered = new OfferedNames();
  const filter = offered.noting(filterOf([], { topic }));
  const found = there.filter((name) => filter.topic?.(name) ?? true);
  try {
    offered.refuseUnmatched('topic', { topic }, found);
    return 'fine';
  } catch (error) {
    return `${(error as Error).message} → ${(error as { remedy?: string }).remedy}`;
  }
}

test('a name that matches nothing is refused, with the name that was meant', () => {
  expect(said(['orders'], ['orders', 'payments'])).toBe('fine');
  expect(said(['ord*'], ['orders'])).toBe('fine');
  expect(said(['ordres'], ['orders', 'payments'])).toContain('"ordres" → did you mean orders?');
  expect(said(['orders', 'zzz'], ['orders'])).toContain('"zzz" → leave --topic out to see every topic');
  expect(said(['*x*'], [])).toContain('no audited topic matches "*x*"');
});

test('without a filter nothing is refused', () => {
  expect(said([], [])).toBe('fine');
});
