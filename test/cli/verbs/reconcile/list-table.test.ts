import { expect, test } from '@jest/globals';
import { listExitCode } from '../../../../cli/verbs/reconcile/list-sum.ts';
import { renderList } from '../../../../cli/verbs/reconcile/list-table.ts';
import type { UnmirroredPartition } from '../../../../shared/domain/reconcile/unmirrored.ts';
import type { UnmirroredList } from '../../../../shared/reconcile/list-unmirrored.ts';

const AT = 1_760_000_000_000n;
const partition: UnmirroredPartition = {
  topic: 'orders',
  targetTopic: 'orders',
  partition: 0,
  source: { start: 0n, end: 9n, records: 9n },
  target: { start: 0n, until: 4n, end: 7n },
  boundary: 'failover-point',
  copied: 4n,
  withoutRecord: 0n,
  lost: [
    { from: 4n, until: 8n, records: 4n, bytes: 80n, firstTime: AT, lastTime: AT + 2_000n },
    { from: 8n, until: 9n, records: 1n, bytes: 9n, firstTime: null, lastTime: null },
  ],
  unknown: [],
  compacted: 0n,
  replayed: 0n,
  equalAfterPoint: 1n,
  keys: { distinct: 2n, without: 1n, superseded: 1n },
  notes: [],
};
const superseded = [{ offset: 5n, key: 'azE=', timestamp: 1n, content: '', isTombstone: false, bytes: 1 }];
const whole: UnmirroredPartition = { ...partition, partition: 1, lost: [], equalAfterPoint: 0n };
const doubtful: UnmirroredPartition = {
  ...whole,
  topic: 'line\u001b[31m',
  targetTopic: 'A.line',
  unknown: [{ from: 1n, until: 3n, records: 2n, reason: 'the target has deleted its records before offset 3' }],
};
const notRead: UnmirroredPartition = {
  ...whole,
  source: null,
  unknown: [{ from: 0n, until: 9n, records: null, reason: 'B: no answer' }],
};

function list(...partitions: readonly UnmirroredPartition[]): UnmirroredList {
  return {
    flow: 'A->B',
    clusters: { source: 'a', target: 'b' },
    topics: [],
    failover: 'run-1',
    partitions: partitions.map((found) => ({ found, superseded: found.lost.length > 0 ? superseded : [] })),
  };
}

const printed = (...partitions: readonly UnmirroredPartition[]) =>
  [...renderList(list(...partitions), { width: 100, paint: (_, text) => text })].join('').split('\n');

test('says which records are lost, with what speaks against a replay', () => {
  expect(printed(partition, whole)).toEqual([
    'A->B: 5 records of the source never reached the target',
    "  basis: 18 source records compared with the target's, one by one",
    '  copies are looked for up to the failover points of run-1: records behind them are no copies',
    '  orders-0: 5 records lost, 89 bytes',
    '    offsets 4 … 7: 4 records, 2025-10-09T08:53:20.000Z … 2025-10-09T08:53:22.000Z',
    '    offset 8: 1 record',
    '    2 keys, 1 record without a key',
    '    1 lost record with a newer record of the same key on the target: k1 (5)',
    '    1 lost record like one that was written to the target after the failover point',
    '  1 partition: nothing is lost',
    '',
  ]);
});

test('what is unknown is no zero, and no name steers the terminal', () => {
  const lines = printed(doubtful);
  expect(lines[0]).toBe('A->B: at least 0 records of the source never reached the target');
  expect(lines).toContain(
    '    offsets 1 … 2 (2 records): unknown, because the target has deleted its records before offset 3',
  );
  expect(lines.join('')).not.toContain('\u001b');
});

test.each([
  ['nothing is lost', [whole], 0],
  ['records are lost', [whole, partition], 1],
  ['it is unknown', [doubtful], 1],
  ['one partition could not be read', [whole, notRead], 1],
  ['none could be read', [notRead], 3],
])('the exit code if %s', (_, partitions, code) => {
  expect(listExitCode(list(...partitions))).toBe(code);
});
