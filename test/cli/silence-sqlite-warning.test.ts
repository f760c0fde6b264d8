import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { silenceSqliteWarning } from '../../cli/silence-sqlite-warning.ts';

const original = process.emitWarning;
let printed: unknown[][];
beforeEach(() => {
  printed = [];
  process.emitWarning = (...args: unknown[]) => void printed.push(args);
});
afterEach(() => {
  process.emitWarning = original;
});

test('the warning about SQLite is not printed, and every other one is, as it was', () => {
  silenceSqliteWarning();
  process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
  process.emitWarning('Some other feature is experimental', 'ExperimentalWarning');
  const error = new Error('odd');
  process.emitWarning(error);
  expect(printed).toEqual([['Some other feature is experimental', 'ExperimentalWarning'], [error]]);
});
