/** Frames of one level: at least one per `everyMs` in which something changed, kept for `keepMs`. */
export interface RetentionStep {
  readonly everyMs: number;
  readonly keepMs: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * How the history thins with age. The parent of a frame is the newest frame of its own level or a higher one, never of
 * a lower one. So a frame expires only after every frame that needs it, and thinning only deletes.
 */
export interface Retention {
  /**
   * Finest first. Every period is a multiple of the one before, and a coarser level is kept at least as long. Frames of
   * the last level are keyframes.
   */
  readonly steps: readonly RetentionStep[];
  /** Number of points above which a partition's mapping is thinned. */
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

/** @throws RangeError if periods do not nest: a frame would expire before one that needs it */
export function checkRetention({ steps, mappingPoints }: Retention): void {
  if (steps.length === 0) throw new RangeError('a retention needs at least one step');
  if (mappingPoints < 2) throw new RangeError('mappingPoints must be at least 2');
  for (const [index, step] of steps.entries()) {
    const finer = steps[index - 1];
    if (!(step.everyMs > 0) || !(step.keepMs > 0)) throw new RangeError('periods must be positive');
    if (finer === undefined) continue;
    if (step.everyMs <= finer.everyMs || step.everyMs % finer.everyMs !== 0) {
      throw new RangeError(`${step.everyMs} ms is not a multiple of ${finer.everyMs} ms`);
    }
    if (step.keepMs < finer.keepMs) throw new RangeError('a coarser level must be kept at least as long');
  }
}

/** The newest frame of a level or a higher one. */
export interface LevelTail {
  readonly at: number;
  readonly level: number;
}

/**
 * The highest level that is due: a new period of it began after the newest frame of that level or a higher one.
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
 * When a frame may be removed: ms since the epoch. Until the next higher period begins, later frames can have it as
 * their parent, so it stays as long as the last of them.
 */
export function expiresAt(retention: Retention, at: number, level: number): number {
  const last = retention.steps.length - 1;
  const keep = retention.steps[level]?.keepMs ?? 0;
  const parentEvery = retention.steps[Math.min(level + 1, last)]?.everyMs ?? 0;
  return (Math.floor(at / parentEvery) + 1) * parentEvery + keep;
}
