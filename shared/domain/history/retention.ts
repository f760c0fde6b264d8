/** Frames of one level: at least one per `everyMs` where something changed, kept for `keepMs`. */
export interface RetentionStep {
  readonly everyMs: number;
  readonly keepMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How the history thins with age. A frame is told from the newest frame of its own level or a higher one, never from a
 * lower one, so that whatever expires has nothing left that needs it: thinning only ever deletes.
 */
export interface Retention {
  /**
   * Finest first; every period is a multiple of the one before, and nothing coarser is kept shorter. Frames of the
   * last level are keyframes; those of the level before only keep chains short.
   */
  readonly steps: readonly RetentionStep[];
  /** Points of a partition's mapping at which it is thinned. */
  readonly mappingPoints: number;
}

/** The last three levels are there for the chains: frames of 6 hours and of days bound them, a week's is whole. */
export const DEFAULT_RETENTION: Retention = {
  steps: [
    { everyMs: MINUTE, keepMs: DAY },
    { everyMs: 10 * MINUTE, keepMs: 7 * DAY },
    { everyMs: HOUR, keepMs: 35 * DAY },
    { everyMs: 6 * HOUR, keepMs: 35 * DAY },
    { everyMs: DAY, keepMs: 35 * DAY },
    { everyMs: 7 * DAY, keepMs: 35 * DAY },
  ],
  mappingPoints: 256,
};

/** @throws RangeError where periods do not nest: frames would expire before those that need them */
export function checkRetention({ steps, mappingPoints }: Retention): void {
  if (steps.length === 0) throw new RangeError('a retention needs a step');
  if (mappingPoints < 2) throw new RangeError('a mapping needs a budget of two points at least');
  for (const [index, step] of steps.entries()) {
    const finer = steps[index - 1];
    if (!(step.everyMs > 0) || !(step.keepMs > 0)) throw new RangeError('periods are positive');
    if (finer === undefined) continue;
    if (step.everyMs <= finer.everyMs || step.everyMs % finer.everyMs !== 0) {
      throw new RangeError(`${step.everyMs} ms is no multiple of ${finer.everyMs} ms`);
    }
    if (step.keepMs < finer.keepMs) throw new RangeError('what is coarser is kept at least as long');
  }
}

/** The newest frame that is of a level or a higher one. */
export interface LevelTail {
  readonly at: number;
  readonly level: number;
}

/**
 * The highest level that is due: its period has gone over since the newest frame of that level or a higher one.
 * @param newest by level
 */
export function levelDue(retention: Retention, at: number, newest: readonly (LevelTail | undefined)[]): number {
  for (let level = retention.steps.length - 1; level > 0; level--) {
    const every = retention.steps[level]?.everyMs ?? 1;
    const tail = newest[level];
    if (tail === undefined || Math.floor(tail.at / every) !== Math.floor(at / every)) return level;
  }
  return 0;
}

/**
 * When a frame may go. Until the next higher period begins, later frames are told from this one, so that it stays as
 * long as the last of them.
 */
export function expiresAt(retention: Retention, at: number, level: number): number {
  const last = retention.steps.length - 1;
  const keep = retention.steps[level]?.keepMs ?? 0;
  const parentEvery = retention.steps[Math.min(level + 1, last)]?.everyMs ?? 0;
  return (Math.floor(at / parentEvery) + 1) * parentEvery + keep;
}
