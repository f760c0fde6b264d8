import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DEFAULT_RETENTION, expiresAt, type LevelTail, levelDue } from '../../../shared/domain/history/retention.ts';
import { property } from '../property.ts';

const MINUTE = 60_000;

export interface KeptFrame extends LevelTail {
  readonly expiresAt: number;
  readonly parent: KeptFrame | undefined;
}

/** The frames that audits at these times write, if each audit finds a change. */
export function framesOf(times: readonly number[]): readonly KeptFrame[] {
  const tails: (KeptFrame | undefined)[] = DEFAULT_RETENTION.steps.map(() => undefined);
  return times.map((at) => {
    const level = levelDue(DEFAULT_RETENTION, at, tails);
    const parent = level === tails.length - 1 ? undefined : tails[level];
    const frame = { at, level, expiresAt: expiresAt(DEFAULT_RETENTION, at, level), parent };
    for (let below = 0; below <= level; below++) tails[below] = frame;
    return frame;
  });
}

/** A frame never expires after its parent, however irregular the audits are. */
export const retention = property({
  name: 'retention',
  values: fc.array(fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 90, max: 20_000 })), { maxLength: 300 }),
  holds: (minutes) => {
    let at = 1_800_000_000_000;
    const times = minutes.map((passed) => {
      at += passed * MINUTE;
      return at;
    });
    for (const frame of framesOf(times)) {
      for (let parent = frame.parent; parent !== undefined; parent = parent.parent) {
        assert(parent.expiresAt >= frame.expiresAt, `the frame of ${frame.at} outlives that of ${parent.at}`);
      }
    }
  },
});
