import { expect, test } from '@jest/globals';
import { renderHistorySize } from '../../../cli/verbs/snapshots/table.ts';
import { DEFAULT_RETENTION } from '../../../shared/domain/history/retention.ts';

test('the size of a history tells the three limits of the documentation, and every snapshot once', () => {
  const levels = DEFAULT_RETENTION.steps.map((step, index) => ({ ...step, snapshots: 10 ** index, bytes: 0 }));
  const size = { snapshots: 111_111, bytes: 0, oldest: 0, newest: 0, heldUntil: null, bytesLastDay: 0, levels };
  const text = [...renderHistorySize('A->B', size, { width: 100, paint: (_, said) => said })].join('');
  expect(text.match(/one per .*snapshots?/g)).toEqual([
    'one per 1 min kept for 1 d: 1 snapshot',
    'one per 10 min kept for 7 d: 10 snapshots',
    'one per 1 h kept for 35 d: 111,100 snapshots',
  ]);
});
