import { describe, expect, test } from '@jest/globals';
import { visitRecords } from '../../../../../shared/adapters/kafka/records/record.ts';
import { visibleBatches } from '../../../../../shared/adapters/kafka/records/visible-batches.ts';
import type { AbortedTransaction } from '../../../../../shared/adapters/kafka/wire/fetch.ts';
import type { IsolationLevel } from '../../../../../shared/domain/model/cluster.ts';
import { type BatchSpec, batchBytes } from './batch-bytes.ts';

describe('batches of one answer', () => {
  test('batches that compaction emptied are passed over: without their end a reader would stand still for ever', () => {
    const empty = [0n, 5n, 9n].map((baseOffset) => ({ baseOffset, deltas: [], lastOffsetDelta: 3 }));
    expect(read(empty)).toEqual({ offsets: [], next: 13n });
  });

  test('records that compaction left are read at their own offsets, and the next offset is behind the batch', () => {
    expect(read([{ baseOffset: 10n, deltas: [2, 5], lastOffsetDelta: 9 }])).toEqual({ offsets: [12n, 15n], next: 20n });
  });

  test('records before the asked offset, with which a batch may begin, are dropped', () => {
    expect(read([{ baseOffset: 6n, deltas: [0, 1, 2, 3] }], { from: 8n }).offsets).toEqual([8n, 9n]);
  });

  test('a last batch that the broker cut off is left for the next answer', () => {
    const whole = batchBytes({ baseOffset: 0n, deltas: [0, 1] });
    const cut = batchBytes({ baseOffset: 2n, deltas: [0, 1] });
    for (let length = 0; length < cut.length; length++) {
      const pieces = [...visibleBatches(Buffer.concat([whole, cut.subarray(0, length)]), 'read_uncommitted', [])];
      expect(pieces.map(({ next }) => next)).toEqual([2n]);
    }
  });

  test.each([0, 1])('message format %i is refused by name', (magic) => {
    expect(() => read([{ baseOffset: 0n, deltas: [0], magic }])).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_MESSAGE_FORMAT' }),
    );
  });

  test('a batch that claims no length is corrupt, not endless', () => {
    const bytes = batchBytes({ baseOffset: 0n, deltas: [0] });
    bytes.writeInt32BE(-12, 8);
    expect(() => [...visibleBatches(bytes, 'read_uncommitted', [])]).toThrow(
      expect.objectContaining({ code: 'CORRUPT_RECORDS' }),
    );
  });

  test('where the broker stamps the records all of a batch have its time', () => {
    const [piece] = visibleBatches(
      batchBytes({ baseOffset: 0n, deltas: [0, 1], logAppendTime: 7_777n }),
      'read_committed',
      [],
    );
    const times: [bigint, boolean | undefined][] = [];
    if (piece?.data)
      visitRecords(piece.data, 0n, ({ timestamp, appendTime }) => times.push([timestamp, appendTime]) > 0);
    expect(times).toEqual([
      [7_777n, true],
      [7_777n, true],
    ]);
  });
});

describe('transactions', () => {
  const log: BatchSpec[] = [
    { baseOffset: 0n, deltas: [0], producerId: 1n, transactional: true },
    { baseOffset: 1n, deltas: [0], producerId: 2n, transactional: true },
    { baseOffset: 2n, deltas: [0] },
    { baseOffset: 3n, deltas: [0], producerId: 1n, marker: 'abort' },
    { baseOffset: 4n, deltas: [0], producerId: 1n, transactional: true },
    { baseOffset: 5n, deltas: [0], producerId: 2n, marker: 'commit' },
    { baseOffset: 6n, deltas: [0], producerId: 1n, marker: 'commit' },
  ];
  const aborted = [{ producerId: 1n, firstOffset: 0n }];

  test('read_committed hides what was aborted, up to the marker and no further', () => {
    expect(read(log, { isolation: 'read_committed', aborted }).offsets).toEqual([1n, 2n, 4n]);
  });

  test('read_uncommitted hides markers only, whatever the broker names', () => {
    expect(read(log, { aborted }).offsets).toEqual([0n, 1n, 2n, 4n]);
  });

  test('a transaction that was aborted before its first record in the answer is hidden from the first', () => {
    const rest = log.slice(4);
    const earlier = [{ producerId: 1n, firstOffset: -20n }];
    expect(read(rest, { isolation: 'read_committed', aborted: earlier }).offsets).toEqual([]);
  });

  test('the list of aborted transactions need not be in order', () => {
    const two = [
      { producerId: 2n, firstOffset: 1n },
      { producerId: 1n, firstOffset: 0n },
    ];
    expect(read(log, { isolation: 'read_committed', aborted: two }).offsets).toEqual([2n, 4n]);
  });
});

function read(
  batches: readonly BatchSpec[],
  options: { from?: bigint; isolation?: IsolationLevel; aborted?: readonly AbortedTransaction[] } = {},
): { offsets: bigint[]; next: bigint } {
  const bytes = Buffer.concat(batches.map(batchBytes));
  const offsets: bigint[] = [];
  let end = -1n;
  for (const { data, next } of visibleBatches(bytes, options.isolation ?? 'read_uncommitted', options.aborted ?? [])) {
    end = next;
    if (data !== null) visitRecords(data, options.from ?? 0n, ({ offset }) => offsets.push(offset) > 0);
  }
  return { offsets, next: end };
}
