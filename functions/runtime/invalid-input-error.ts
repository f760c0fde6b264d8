import { type ZodError, z } from 'zod';
import { TidemarkError } from '../../shared/domain/model/errors.ts';

const REMEDIES = {
  environment: 'Deploy the stack, which sets these variables, or set them as its contract says.',
  event: 'Let the schedule of the stack invoke the function, or send an event of its form.',
} as const;

/** What came from outside the function has not the form that was agreed. Names all that is wrong, and no values. */
export class InvalidInputError extends TidemarkError {
  override readonly name = 'InvalidInputError';

  constructor(what: keyof typeof REMEDIES, cause: ZodError) {
    const faults = cause.issues.map((issue) => `${z.core.toDotPath(issue.path) || what}: ${issue.message}`).join('; ');
    super(what === 'event' ? 'EVENT_INVALID' : 'ENVIRONMENT_INVALID', `the ${what} is not as agreed: ${faults}`, {
      remedy: REMEDIES[what],
    });
  }
}
