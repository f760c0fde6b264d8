import { TidemarkError } from '../domain/model/errors.ts';

/** A maintenance stop: no state machine begins another step. */
export interface FailoverHold {
  readonly by: string;
  readonly reason: string;
  /** ms since the epoch. */
  readonly since: number;
}

/** All methods throw `HistoryStoreError` if the store does not answer or refuses. */
export interface HoldStore {
  /** Null if failovers may proceed. */
  current(): Promise<FailoverHold | null>;
  begin(hold: FailoverHold): Promise<void>;
  end(): Promise<void>;
}

/** Nothing was done: the maintenance stop is on. */
export class FailoverHeldError extends TidemarkError {
  override readonly name = 'FailoverHeldError';

  constructor({ by, reason, since }: FailoverHold) {
    super('FAILOVERS_HELD', `${by} holds all failovers since ${new Date(since).toISOString()}: ${reason}`, {
      remedy: 'Release them with the control function, and start the run again under its id.',
    });
  }
}

/** @throws FailoverHeldError */
export async function requireNotHeld(holds: Pick<HoldStore, 'current'>): Promise<void> {
  const hold = await holds.current();
  if (hold !== null) throw new FailoverHeldError(hold);
}
