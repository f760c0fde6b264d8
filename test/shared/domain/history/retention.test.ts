import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  checkRetention,
  DEFAULT_RETENTION,
  expiresAt,
  type LevelTail,
  levelDue,
} from '../../../../shared/domain/history/retention.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

interface Written extends LevelTail {
  readonly expiresAt: number;
  readonly parent: Written | undefined;
}

/** The frames that audits at these times write, if each audit finds something new. */
function framesOf(times: readonly number[]): readonly Written[] {
  const tails: (Written | undefined)[] = DEFAULT_RETENTION.steps.map(() => undefined);
  return times.map((at) => {
    const level = levelDue(DEFAULT_RETENTION, at, tails);
    const parent = level === tails.length - 1 ? undefined : tails[level];
    const frame = { at, level, expiresAt: expiresAt(DEFAULT_RETENTION, at, level), parent };
    for (let below = 0; below <= level; below++) tails[below] = frame;
    return frame;
  });
}

const irregularTimes = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 90, max: 20_000 })), { maxLength: 300 })
  .map((steps) => {
    let at = 1_800_000_000_000;
    return steps.map((minutes) => {
      at += minutes * MINUTE;
      return at;
    });
  });

describe('retention', () => {
  test('every frame that a chain needs outlives the chain, however irregular the audits', () => {
    fc.assert(
      fc.property(irregularTimes, (times) => {
        for (const frame of framesOf(times)) {
          for (let parent = frame.parent; parent !== undefined; parent = parent.parent) {
            expect(parent.expiresAt).toBeGreaterThanOrEqual(frame.expiresAt);
          }
        }
      }),
      { numRuns: 300 },
    );
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

function depth(frame: Written): number {
  let count = 1;
  for (let parent = frame.parent; parent !== undefined; parent = parent.parent) count++;
  return count;
}
