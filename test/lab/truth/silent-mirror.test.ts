import { describe, expect, test } from '@jest/globals';
import { expectedOfSilent, type HeartbeatsBeside, silenceOf } from '../../../lab/truth/silent-mirror.ts';
import { makeFinding } from '../../../shared/domain/judge/findings/make-finding.ts';

/** An audit at 100 s that says when the newest heartbeat was written. */
function saying(lastSignMs: number) {
  const evidence = { lastSignMs, ageMs: 100_000 - lastSignMs, sign: 'heartbeat' };
  return { findings: [makeFinding('HEARTBEAT_STALE', {}, 'said', evidence)] };
}
const BESIDE: HeartbeatsBeside = { began: 99_990, ended: 101_000, newestBefore: 70_000, newestAfter: 75_000 };

describe('a mirror was silent', () => {
  test('if the audit names a heartbeat that was the newest one', () => {
    expect(silenceOf(saying(70_000), BESIDE)).toBe(30_000);
    expect(silenceOf(saying(75_000), BESIDE)).toBe(25_000);
  });

  test('not if there was a newer one, or the audit is wrong about the time', () => {
    expect(silenceOf(saying(69_999), BESIDE)).toBeNull();
    expect(silenceOf(saying(75_001), BESIDE)).toBeNull();
    expect(silenceOf(saying(70_000), { ...BESIDE, began: 100_001 })).toBeNull();
    expect(silenceOf(saying(70_000), { ...BESIDE, ended: 99_999 })).toBeNull();
    expect(silenceOf(saying(70_000), { ...BESIDE, newestBefore: null })).toBeNull();
  });

  test('not if the audit does not say so', () => {
    expect(silenceOf({ findings: [] }, BESIDE)).toBeNull();
  });

  test('and then it is not healthy, and need not be ready', () => {
    const expected = expectedOfSilent({ healthy: true, mm2: 'alive', verdict: ['ready'], expect: ['SOURCE_LOG_CUT'] });
    expect(expected).toEqual({
      expect: ['SOURCE_LOG_CUT'],
      allow: ['HEARTBEAT_STALE'],
      verdict: ['ready', 'at-risk'],
    });
  });
});
