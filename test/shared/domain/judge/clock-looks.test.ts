import { describe, expect, test } from '@jest/globals';
import { type ClockLooks, clockAhead, withLook } from '../../../../shared/domain/judge/clock-looks.ts';

/** Looks at [our time, MM2's time of the newest write]; each takes no time. */
function looks(...all: readonly (readonly [at: number, newest: number])[]): ClockLooks | null {
  return all.reduce<ClockLooks | null>(
    (before, [at, newest]) => withLook(before, { began: at, ended: at, newest }),
    null,
  );
}

describe('how far our clock is ahead', () => {
  test('nobody has looked: the clocks agree', () => expect(clockAhead(null)).toBe(0));

  test('one old write proves nothing: MM2 may be dead', () => {
    expect(clockAhead(looks([100_000, 69_000]))).toBe(0);
  });

  test('a write that comes between two looks cannot be older than the first of them', () => {
    // MM2's clock is 30 s behind ours.
    expect(clockAhead(looks([100_000, 69_500], [101_000, 70_500]))).toBe(29_500);
  });

  test('looks a minute apart leave it open which clock is right', () => {
    expect(clockAhead(looks([100_000, 69_000], [160_000, 129_000]))).toBe(0);
  });

  test('a write from the future proves that ours is behind', () => {
    expect(clockAhead(looks([100_000, 120_000]))).toBe(-20_000);
  });

  test('what is proven holds while MM2 is dead', () => {
    const dead = looks([100_000, 69_500], [101_000, 70_500], [200_000, 70_500], [300_000, 70_500]);
    expect(clockAhead(dead)).toBe(29_500);
  });

  test('looks that leave only one value contradict nothing', () => {
    expect(clockAhead(looks([100_000, 69_500], [101_000, 70_500], [110_000, 80_500]))).toBe(29_500);
  });

  test('a look takes time: a write may have come while it lasted', () => {
    const first = withLook(null, { began: 100_000, ended: 102_000, newest: 71_000 });
    const second = withLook(first, { began: 103_000, ended: 105_000, newest: 74_000 });
    expect(second).toEqual({ at: 103_000, newest: 74_000, least: 26_000, most: 31_000 });
  });

  test('a clock was set: only the last look counts', () => {
    const proven = looks([100_000, 69_500], [101_000, 70_500]);
    const set = withLook(proven, { began: 103_000, ended: 103_000, newest: 102_500 });
    expect(set).toEqual({ at: 103_000, newest: 102_500, least: -1_500, most: 500 });
    expect(clockAhead(set)).toBe(0);
  });
});
