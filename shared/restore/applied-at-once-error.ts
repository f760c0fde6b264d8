import { TidemarkError } from '../errors.ts';

/** Somebody else carries out the same plan at this moment. Nothing was written. */
export class AppliedAtOnceError extends TidemarkError {
  override readonly name = 'AppliedAtOnceError';

  constructor(plan: string) {
    super('RESTORE_BUSY', `restore ${plan} is being applied or undone by somebody else; nothing was written`, {
      remedy: 'Wait until the other one is done, and run it again: it completes what is left.',
      retriable: true,
    });
  }
}
