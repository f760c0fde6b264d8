import { TidemarkError } from '../domain/model/errors.ts';

import { storedTime } from './stored-time.ts';

/** Another process currently records this flow. */
export class HistoryBusyError extends TidemarkError {
  override readonly name = 'HistoryBusyError';
  /** When the other process's lease ends: ms since the epoch. */
  readonly leasedUntil: number;

  constructor(flow: string, leasedUntil: number) {
    super('HISTORY_BUSY', `another process records ${flow} until ${timeText(leasedUntil)}`, {
      remedy: 'Run one recording audit per flow. If the other process has died, its lease expires at that time.',
      retriable: true,
    });
    this.leasedUntil = leasedUntil;
  }
}

function timeText(ms: number): string {
  const time = storedTime(ms);
  return time === null ? 'a time that no calendar has' : new Date(time).toISOString();
}

/** Another writer took over, so this writer no longer knows the newest frame. Nothing was written. */
export class HistoryFencedError extends TidemarkError {
  override readonly name = 'HistoryFencedError';

  constructor(flow: string) {
    super('HISTORY_FENCED', `another writer took over the history of ${flow}; nothing was written`, {
      remedy: 'No data is lost: the other writer records the flow. Make sure that only one writer is scheduled.',
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

/** A stored frame differs from what was written. Readers fall back to the newest good snapshot before it. */
export class DamagedFrameError extends TidemarkError {
  override readonly name = 'DamagedFrameError';
  readonly damage: Damage;

  constructor(damage: Damage, message: string, options: { cause?: unknown } = {}) {
    const remedy =
      damage === 'future-version' || damage === 'unknown-codec'
        ? 'A newer version of Tidemark wrote this history. Upgrade this installation.'
        : 'Tidemark uses the snapshot before it. Snapshots after the next keyframe do not depend on it.';
    super(damage === 'future-version' ? 'HISTORY_FUTURE_VERSION' : 'HISTORY_DAMAGED', message, { ...options, remedy });
    this.damage = damage;
  }
}

/** The store did not answer, or refused the request. */
export class HistoryStoreError extends TidemarkError {
  override readonly name = 'HistoryStoreError';
}

/** The history of none of the flows reaches back to the requested time. */
export class NothingRecordedError extends TidemarkError {
  override readonly name = 'NothingRecordedError';

  constructor(flows: readonly string[], asOf: number) {
    super(
      'NOTHING_RECORDED',
      `the history has no snapshot of ${flows.join(', ')} as of ${new Date(asOf).toISOString()}`,
      {
        remedy:
          '`tidemark snapshots list` shows the recorded times. `tidemark watch` and every unfiltered audit record one.',
      },
    );
  }
}
