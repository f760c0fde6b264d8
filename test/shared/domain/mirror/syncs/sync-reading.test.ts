import { describe, expect, test } from '@jest/globals';
import { HistoryState } from '../../../../../shared/domain/history/history-state.ts';
import { knownSyncs } from '../../../../../shared/domain/history/known-flow.ts';
import type { ObservedSyncs } from '../../../../../shared/domain/mirror/syncs/observed-syncs.ts';
import { SyncReading } from '../../../../../shared/domain/mirror/syncs/sync-reading.ts';

const TOPIC = 'mm2-offset-syncs.B.internal';

/** Reads syncs `[log offset, upstream, downstream]` of `orders-0`, of a log from `start` to `end`. */
function read(
  known: ObservedSyncs | null,
  rows: readonly (readonly [bigint, bigint, bigint])[],
  log: { readonly start?: bigint; readonly end: bigint; readonly id?: string | null },
): ObservedSyncs {
  const { start = 0n, end, id = 'one' } = log;
  const reading = new SyncReading(TOPIC, id, known);
  for (const [offset, upstream, downstream] of rows) {
    if (offset < reading.from) continue;
    reading.visit(offset, 1_000n, { topic: 'orders', partition: 0, upstream, downstream });
  }
  return reading.result({ start, end, next: end });
}

/** The syncs as `upstream→downstream`, with `|` where a hole is in front of one, and behind the last. */
function told({ histories }: ObservedSyncs): string {
  const history = histories.get('orders', 0);
  if (history === undefined) return '';
  const points = Array.from({ length: history.length }, (_, i) => {
    const { upstream, downstream, hole } = history.at(i);
    return `${hole && i > 0 ? '|' : ''}${upstream}→${downstream}`;
  });
  return [...points, ...(history.breaksBeforeNext('hole') ? ['|'] : [])].join(' ');
}

describe('reading the offset-syncs topic on', () => {
  const first = read(
    null,
    [
      [0n, 0n, 0n],
      [1n, 100n, 100n],
    ],
    { end: 2n },
  );

  test('what is new follows what was known', () => {
    expect(told(read(first, [[2n, 200n, 200n]], { end: 3n }))).toBe('0→0 100→100 200→200');
    expect(first.readTo).toBe(2n);
  });

  test('what an audit knew is not changed by the one after it', () => {
    read(first, [[2n, 200n, 200n]], { end: 3n });
    expect(told(first)).toBe('0→0 100→100');
  });

  test('an offset that compaction took may have been a sync of this partition', () => {
    expect(told(read(first, [[5n, 200n, 200n]], { end: 6n }))).toBe('0→0 100→100 |200→200');
    // Compaction never takes the newest one: without a new sync nothing of this partition is lost.
    expect(told(read(first, [], { end: 6n }))).toBe('0→0 100→100');
  });

  test('deleted records may have been the newest ones: the hole waits for the next sync', () => {
    const after = read(first, [], { start: 9n, end: 9n });
    expect(told(after)).toBe('0→0 100→100 |');
    expect(told(read(after, [[9n, 300n, 300n]], { start: 9n, end: 10n }))).toBe('0→0 100→100 |300→300');
  });

  test('another topic of the name is read from its begin, behind a hole', () => {
    const after = read(first, [[0n, 250n, 250n]], { end: 1n, id: 'two' });
    expect(told(after)).toBe('0→0 100→100 |250→250');
    expect(after).toMatchObject({ topicId: 'two', readTo: 1n });
    expect(told(read(first, [], { end: 0n, id: 'two' }))).toBe('0→0 100→100 |');
  });

  test('a log that ends earlier than it was read was cut off', () => {
    expect(told(read(first, [], { end: 1n }))).toBe('0→0 100→100 |');
  });

  test('nothing is lost where all that was read is deleted, and nothing more', () => {
    expect(told(read(first, [], { start: 2n, end: 2n }))).toBe('0→0 100→100');
    expect(told(read(first, [], { end: 2n }))).toBe('0→0 100→100');
    expect(told(read(null, [[5n, 100n, 100n]], { start: 5n, end: 6n }))).toBe('100→100');
  });

  test('a topic whose id one of the audits does not know is the same', () => {
    expect(told(read(first, [[2n, 200n, 200n]], { end: 3n, id: null }))).toBe('0→0 100→100 200→200');
    const unnamed = read(null, [[0n, 0n, 0n]], { end: 1n, id: null });
    expect(told(read(unnamed, [[1n, 100n, 100n]], { end: 2n }))).toBe('0→0 100→100');
  });

  test('counts records that are no offset syncs, and leaves out those of other topics', () => {
    const reading = new SyncReading(TOPIC, 'one', null);
    reading.visit(0n, 1_000n, { topic: 'orders', partition: 0, upstream: 0n, downstream: 0n });
    reading.visit(1n, 1_000n, 'malformed');
    reading.visit(2n, 1_000n, null);
    reading.visit(3n, 1_000n, 'malformed');
    const result = reading.result({ start: 0n, end: 4n, next: 4n });
    expect([told(result), result.malformed]).toEqual(['0→0', 2]);
  });

  test('a history is read on from where it ends; where MM2 keeps its syncs elsewhere now, from the begin there', () => {
    const state = new HistoryState(1_000);
    expect(knownSyncs({ state, heldUntil: 1_000 }, TOPIC, 'source')).toBeNull();
    state.syncsReadTo = 7n;
    state.topicIds.source.set(TOPIC, 'one');
    state.syncs('orders', 0).push({ timestamp: 1_000n, upstream: 100n, downstream: 100n });
    const known = { state, heldUntil: 1_000 };
    expect(new SyncReading(TOPIC, 'one', knownSyncs(known, TOPIC, 'source')).from).toBe(7n);
    const moved = 'mm2-offset-syncs.A.internal';
    expect(new SyncReading(moved, 'other', knownSyncs(known, moved, 'target')).from).toBe(0n);
  });
});
