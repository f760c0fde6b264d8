import { expect, test } from '@jest/globals';
import { TopicTail } from '../../../shared/survey/topic-tail.ts';

const scan = (start: bigint, end: bigint) => ({ start, end, next: end, bytes: 0 });

test('a topic is read on from where it was read to, with what that gave', () => {
  const tail = new TopicTail(() => new Map<string, number>());
  tail.meet('one');
  tail.value.set('billing', 1);
  tail.advance(0, scan(0n, 10n));
  tail.meet('one');
  expect([tail.from(0), tail.from(1), tail.value.get('billing')]).toEqual([10n, 0n, 1]);
});

test('another topic of the name is read from its begin, and nothing of the old one counts', () => {
  const tail = new TopicTail(() => new Map<string, number>());
  tail.meet('one');
  tail.value.set('billing', 1);
  tail.advance(0, scan(0n, 10n));
  tail.meet('two');
  expect([tail.from(0), tail.value.size]).toEqual([0n, 0]);
});

test('records that were deleted in between, or a log that was cut off, are noticed; compaction is not', () => {
  const tail = new TopicTail(() => new Map<string, number>());
  expect(tail.missed(0, scan(5n, 10n))).toBe(false);
  tail.advance(0, scan(5n, 10n));
  expect(tail.missed(0, scan(5n, 20n))).toBe(false);
  expect(tail.missed(0, scan(12n, 20n))).toBe(true);
  expect(tail.missed(0, scan(0n, 3n))).toBe(true);
});
