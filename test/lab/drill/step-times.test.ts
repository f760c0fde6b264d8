import { expect, test } from '@jest/globals';
import { assessedAgainSeconds, longTimesOf, type TimedEntry } from '../../../lab/drill/failover/step-times.ts';

function entry(seconds: number, kind: string, step?: string): TimedEntry {
  return { at: seconds * 1000, event: { kind, step } };
}

const RUN = [
  entry(0, 'assessed'),
  entry(10, 'locked'),
  entry(14.1, 'approved'),
  entry(14.1, 'skipped', 'fence'),
  entry(14.2, 'began', 'stop-mirror'),
  entry(20.4, 'done', 'stop-mirror'),
  entry(24.5, 'began', 'restore-groups'),
  entry(25, 'failed', 'restore-groups'),
  entry(25.1, 'began', 'restore-groups'),
  entry(27.1, 'done', 'restore-groups'),
];

test('names steps and preparations that took long, of a step that was done again its last attempt', () => {
  expect(longTimesOf(RUN)).toBe('stop-mirror 6.2 s, before restore-groups 4.1 s, restore-groups 2.0 s');
  expect(longTimesOf(RUN.slice(0, 5))).toBe('no step');
});

test('what passes between the lock and the approval is the assessment', () => {
  expect(assessedAgainSeconds(RUN)).toBeCloseTo(4.1);
  expect(assessedAgainSeconds([])).toBe(0);
});
