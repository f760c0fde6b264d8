import { describe, expect, test } from '@jest/globals';
import {
  type AlarmRow,
  type FaultResult,
  isClean,
  notPlayed,
  resultLines,
  tallyLine,
  tallyOf,
} from '../../../lab/drill/alarms/fault-result.ts';

const row = (toPage: number | null, toClear: number | null, alarm = 'A->B/not-ready'): AlarmRow => ({
  alarm,
  toPage,
  toClear,
});
const result = (named: AlarmRow[], others: AlarmRow[] = [], withinMinutes: number | null = null): FaultResult => ({
  fault: 'MM2 is killed',
  named,
  others,
  withinMinutes,
});
const good = result([row(3, 4), row(6, 4)], [], 3);

describe('the tally of a drill of alarms', () => {
  test('counts faults, and the longest time until the first alarm of one', () => {
    const tally = tallyOf([good, result([row(5, 1)])], 0);
    expect(tallyLine(tally)).toBe('ALARMS faults=2 paged=2 cleared=2 false=0 max_minutes_to_page=5');
    expect(isClean(tally)).toBe(true);
  });

  test.each([
    ['an alarm that does not come', result([row(3, 1), row(null, null)]), 'paged=1 cleared=2 false=0'],
    ['a page that comes late', result([row(4, 1)], [], 3), 'paged=1 cleared=2 false=0'],
    ['an alarm that stays', result([row(3, null)]), 'paged=2 cleared=1 false=0'],
    ['an alarm that is not named', result([row(3, 1)], [row(2, 1)]), 'paged=2 cleared=2 false=1'],
    ['one that is not named, and stays', result([], [row(2, null)]), 'paged=2 cleared=1 false=1'],
  ])('%s is a miss', (_, one, counts) => {
    const tally = tallyOf([good, one], 0);
    expect(tallyLine(tally)).toContain(`faults=2 ${counts}`);
    expect(isClean(tally)).toBe(false);
  });

  test.each([[['Tidemark-x/A->B/not-ready']], [[]]])(
    'a fault that was not played to its end is a miss: %j',
    (names) => {
      expect(isClean(tallyOf([good, notPlayed('a fault', names)], 0))).toBe(false);
    },
  );

  test('an alarm or a page in the hour without a fault is a miss', () => {
    const tally = tallyOf([good], 1);
    expect(tallyLine(tally)).toContain('false=1');
    expect(isClean(tally)).toBe(false);
  });

  test('a fault that raises none, as the runbook says, is played well', () => {
    expect(tallyLine(tallyOf([result([])], 0))).toBe('ALARMS faults=1 paged=1 cleared=1 false=0 max_minutes_to_page=0');
  });
});

test('the lines of a fault name what is missing and what is false', () => {
  const lines = resultLines(result([row(3, 4), row(null, null, 'A->B/groups-skip')], [row(1, null, 'audit-slow')]));
  expect(lines.map((line) => line.trim().split(/\s+/).slice(0, 4))).toEqual([
    ['alarm', 'page', 'clear'],
    ['A->B/not-ready', '3', '4'],
    ['A->B/groups-skip', 'never', 'never', 'MISSING'],
    ['audit-slow', '1', 'never', 'FALSE:'],
  ]);
});
