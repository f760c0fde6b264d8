import { setImmediate as others } from 'node:timers/promises';
import type { LagLog } from './lag-log.ts';
import type { PastAudits } from './past-audits.ts';

/** Of large flows one takes seconds. */
const MOST_REPORTS = 60;
const MOST_MS = 10_000;

/**
 * Adds the lag of earlier audits, so that the line over time does not begin with this process: newest first, until enough
 * time was spent. Never throws: a damaged history only makes the line shorter.
 * @param from ms since the epoch
 */
export async function fillFromHistory(lag: LagLog, past: PastAudits, from: number): Promise<void> {
  const end = Date.now() + MOST_MS;
  const times = (await past.times().catch(() => [])).filter((time) => time >= from);
  const step = Math.max(1, times.length / MOST_REPORTS);
  for (let index = 0; index < times.length && Date.now() < end; index += step) {
    const time = times[Math.floor(index)];
    const report = time === undefined ? null : await past.at(time).catch(() => null);
    if (report !== null) lag.add(report);
    // Requests come first.
    await others();
  }
}
