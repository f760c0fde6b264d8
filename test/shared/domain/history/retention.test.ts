import { describe, expect, test } from '@jest/globals';
import { framesOf, type KeptFrame, retention } from '../../../../lab/explore/properties/retention.ts';
import { checkRetention, DEFAULT_RETENTION } from '../../../../shared/domain/history/retention.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('retention', () => {
  test('whatever a frame is told from outlives it, however irregular the audits', () => {
    retention.assert(300);
  });

  test('with an audit per minute, one frame per minute lives 24 h, one per 10 minutes 7 days, one per hour 35 days', () => {
    const end = 1_800_000_000_000;
    const times = Array.from({ length: 36 * 1440 }, (_, i) => end - (36 * 1440 - i) * MINUTE);
    const living = framesOf(times).filter((frame) => frame.expiresAt > end);
    const longestGap = (from: number, to: number) => {
      const ats = living.map(({ at }) => at).filter((at) => at >= from && at <= to);
      return Math.max(...ats.slice(1).map((at, i) => at - (ats[i] ?? 0)));
    };
    expect(longestGap(end - DAY, end)).toBe(MINUTE);
    expect(longestGap(end - 7 * DAY, end - 2 * DAY)).toBe(10 * MINUTE);
    expect(longestGap(end - 35 * DAY, end - 8 * DAY)).toBe(60 * MINUTE);
    // The test must also have thinned something.
    expect(living.length).toBeLessThan(1440 + 7 * 144 + 36 * 24 + 100);
    expect(Math.max(...living.map(depth))).toBeLessThanOrEqual(29);
  });

  test('a retention whose periods do not nest is refused', () => {
    const step = (everyMs: number, keepMs: number) => ({ everyMs, keepMs });
    const check = (...steps: { everyMs: number; keepMs: number }[]) => checkRetention({ steps, mappingPoints: 100 });
    expect(() => check()).toThrow(RangeError);
    expect(() => check(step(60, 100), step(90, 100))).toThrow('multiple');
    expect(() => check(step(60, 100), step(120, 50))).toThrow('as long');
    expect(() => checkRetention(DEFAULT_RETENTION)).not.toThrow();
  });
});

function depth(frame: KeptFrame): number {
  let count = 1;
  for (let parent = frame.parent; parent !== undefined; parent = parent.parent) count++;
  return count;
}
