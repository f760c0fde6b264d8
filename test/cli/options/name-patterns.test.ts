import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { matcher } from '../../../cli/options/name-patterns.ts';
import { wholeNumber } from '../../../cli/options/option-values.ts';

test('globs mean what a regular expression of them would', () => {
  const few = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '\n', '['), maxLength: 8 });
  fc.assert(
    fc.property(few, few, (glob, name) => {
      const source = glob
        .replace(/[.[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      expect(matcher([glob])?.(name)).toBe(glob === name || new RegExp(`^${source}$`, 's').test(name));
    }),
    { seed: 3, numRuns: 5_000 },
  );
});

test('the longest name against the worst glob is quick', () => {
  const began = Date.now();
  const name = 'a'.repeat(32_767);
  expect(matcher(['*a*a*a*a*a*a*a*a*a*b'])?.(name)).toBe(false);
  expect(matcher([`${'*a'.repeat(200)}*`])?.(name)).toBe(true);
  expect(matcher([`*${'a'.repeat(500)}b*`])?.(name)).toBe(false);
  expect(Date.now() - began).toBeLessThan(20_000);
});

test('no glob is no test, and any of several is enough', () => {
  expect(matcher(undefined)).toBeNull();
  expect(matcher([])).toBeNull();
  expect(matcher(['x', 'bill*'])?.('billing')).toBe(true);
});

test('an offset is at most what Kafka has', () => {
  expect(wholeNumber('9223372036854775807')).toBe(2n ** 63n - 1n);
  for (const text of ['9223372036854775808', '-1', '1e3', '', '00000000000000000001']) {
    expect(() => wholeNumber(text)).toThrow();
  }
});
