import { TidemarkError } from '../errors.ts';

import { storedTime } from './stored-time.ts';

/** Somebody else writes this flow's history at the moment. */
export class HistoryBusyError extends TidemarkError {
  override readonly name = 'HistoryBusyError';
  /** When the other's lease ends: ms since the epoch. */
  readonly leasedUntil: number;

  constructor(flow: string, leasedUntil: number) {
    super('HISTORY_BUSY', `the history of ${flow} is being written until ${timeText(leasedUntil)}`, {
      remedy: 'Let one audit at a time record a flow; the lease ends by itself if the other one has died.',
      retriable: true,
    });
    this.leasedUntil = leasedUntil;
  }
}

function timeText(ms: number): string {
  const time = storedTime(ms);
  return time === null ? 'a time that no calendar has' : new Date(time).toISOString();
}

/** Another writer took over: what this one knows of the history is no longer its end. Nothing was written. */
export class HistoryFencedError extends TidemarkError {
  override readonly name = 'HistoryFencedError';

  constructor(flow: string) {
    super('HISTORY_FENCED', `another writer took over the history of ${flow}; nothing was written`, {
      remedy: 'Nothing is lost: the other writer records the flow. Make sure that only one is scheduled.',
      retriable: true,
    });
  }
}

/** Why stored bytes cannot be used. */
export type Damage =
  | 'missing'
  | 'torn'
  | 'truncated'
  | 'not-a-frame'
  | 'checksum'
  | 'future-version'
  | 'unknown-codec'
  | 'out-of-place'
  | 'malformed';

/** A stored frame is not what was written; readers step back to the last good one. */
export class DamagedFrameError extends TidemarkError {
  override readonly name = 'DamagedFrameError';
  readonly damage: Damage;

  constructor(damage: Damage, message: string, options: { cause?: unknown } = {}) {
    const remedy =
      damage === 'future-version' || damage === 'unknown-codec'
        ? 'A newer Tidemark wrote it: upgrade this one.'
        : 'The state before it is used instead; later snapshots do not depend on it beyond the next keyframe.';
    super(damage === 'future-version' ? 'HISTORY_FUTURE_VERSION' : 'HISTORY_DAMAGED', message, { ...options, remedy });
    this.damage = damage;
  }
}

/** The store itself did not answer, or refused. */
export class HistoryStoreError extends TidemarkError {
  override readonly name = 'HistoryStoreError';
}
