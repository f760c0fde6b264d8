import { DEFAULT_RETENTION, expiresAt } from '../shared/domain/history/retention.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A whole number of weeks, as the longest period is. */
const END = 70 * DAY;

/** Number of unexpired frames per level after 35 days of audits every minute. */
export function livingFrames(): readonly number[] {
  const counts = DEFAULT_RETENTION.steps.map(() => 0);
  for (let at = END - 35 * DAY; at < END; at += MINUTE) {
    let level = 0;
    for (const [index, { everyMs }] of DEFAULT_RETENTION.steps.entries()) if (at % everyMs === 0) level = index;
    if (expiresAt(DEFAULT_RETENTION, at, level) > END) counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}
