import { describe, expect, test } from '@jest/globals';
import { countLogs } from '../../../lab/drill/failback/count-logs.ts';
import { type FailbackResult, isClean, tallyLine } from '../../../lab/drill/failback/failback-result.ts';

const LOG = ['before-0', 'before-1', 'away-0', 'after-0'];
const WRITTEN = new Set(LOG);
const count = (ids: readonly string[], inPhases = true) => countLogs(new Map([['orders-0', ids]]), WRITTEN, inPhases);

describe('a log of a failback', () => {
  test('as it was written has nothing to count, and records of others do not count', () => {
    expect(count(LOG)).toEqual({ duplicated: 0, missing: 0, outOfOrder: 0 });
    expect(count(['', ...LOG, ''])).toEqual({ duplicated: 0, missing: 0, outOfOrder: 0 });
  });

  test('that a plain mirror wrote again has every copy as duplicated, and out of order', () => {
    expect(count([...LOG.slice(0, 2), ...LOG])).toEqual({ duplicated: 2, missing: 0, outOfOrder: 2 });
  });

  test('of another partition counts as well', () => {
    const logs = new Map([
      ['orders-0', LOG],
      ['orders-1', ['away-0']],
    ]);
    expect(countLogs(logs, WRITTEN, true)).toEqual({ duplicated: 1, missing: 0, outOfOrder: 0 });
  });

  test('lacks what was written and is not there', () => {
    expect(count(LOG.slice(0, 3))).toEqual({ duplicated: 0, missing: 1, outOfOrder: 0 });
  });

  test('has a record of an earlier phase behind a later one out of order, unless it was replayed there', () => {
    const ids = ['before-0', 'away-0', 'before-1', 'after-0'];
    expect(count(ids).outOfOrder).toBe(1);
    expect(count(ids, false).outOfOrder).toBe(0);
    expect(count(['before-1', 'before-0', 'away-0', 'after-0'], false).outOfOrder).toBe(1);
  });
});

describe('the last line', () => {
  const read = { before: 9, after: 3, repeated: 0, skipped: 0, reread: 2 };
  const group = { group: 'g', ...read, planned: 1n, uncommitted: 1, unknown: 0 };
  const none = { duplicated: 0, missing: 0, outOfOrder: 0 };
  const clean: FailbackResult = {
    name: 'one',
    last: 'A',
    logs: { A: none, B: none },
    written: [1, 2, 3],
    away: [group],
    back: [group],
    missing: 0n,
    tookSeconds: { failover: 1, last: 1 },
  };

  test('counts records of logs and groups, and a loss that was said and not counted', () => {
    expect(tallyLine([clean])).toBe('FAILBACK runs=1 duplicated=0 skipped=0 out_of_order=0\n');
    expect(isClean([clean])).toBe(true);
    expect(isClean([])).toBe(false);
    const bad: FailbackResult = {
      ...clean,
      logs: { A: { duplicated: 1, missing: 0, outOfOrder: 4 }, B: none },
      back: [{ ...group, skipped: 2, reread: 5 }],
      missing: 7n,
    };
    expect(tallyLine([clean, bad])).toBe('FAILBACK runs=2 duplicated=4 skipped=9 out_of_order=4\n');
    expect(isClean([clean, bad])).toBe(false);
  });
});
