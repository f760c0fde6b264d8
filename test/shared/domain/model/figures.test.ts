import { expect, test } from '@jest/globals';
import { lossText } from '../../../../cli/output/loss-text.ts';
import { figureFacts } from '../../../../shared/domain/failover/approval-facts.ts';
import { asBound, counted, plural } from '../../../../shared/domain/model/figures.ts';

test('one is in the singular, of numbers and of texts', () => {
  expect([plural(1n, 'record'), plural('1', 'entry', 'entries'), plural(2_000, 'record')]).toEqual([
    '1 record',
    '1 entry',
    '2,000 records',
  ]);
  expect([counted(1, 'record waits', 'records wait'), counted(2_000n, 'record')]).toEqual([
    '1 record waits',
    '2000 records',
  ]);
});

test('an estimate is an upper bound, and nothing is nothing', () => {
  expect(asBound({ records: 5n, basis: 'estimated' }, '5')).toBe('up to 5');
  expect(asBound({ records: 5n, basis: 'proven' }, '5')).toBe('5');
  expect(asBound({ records: '0', basis: 'estimated' }, '0')).toBe('0');
});

test('a loss is told as the bound that it is', () => {
  const loss = { kind: 'known', records: 34n, seconds: null, basis: 'estimated' } as const;
  expect(lossText({ loss, snapshot: null })).toBe('a failover now would lose up to 34 records (estimated)');
  expect(figureFacts({ loss: { records: '1', basis: 'estimated' } })).toContain(
    'up to 1 record was not on the target (estimated)',
  );
});
