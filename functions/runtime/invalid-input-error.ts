import { type ZodError, z } from 'zod';
import { TidemarkError } from '../../shared/domain/model/errors.ts';

const REMEDIES = {
  environment: 'Deploy the stack, which sets these variables, or set them as shared/contract/environment.ts describes.',
  event: "Let the stack's schedule or rule invoke the function, or send an event with the same fields.",
} as const;

/** An input of the function is invalid. The message names all wrong fields and contains no values. */
export class InvalidInputError extends TidemarkError {
  override readonly name = 'InvalidInputError';

  constructor(what: keyof typeof REMEDIES, cause: ZodError) {
    const faults = cause.issues.map((issue) => `${z.core.toDotPath(issue.path) || what}: ${issue.message}`).join('; ');
    super(what === 'event' ? 'EVENT_INVALID' : 'ENVIRONMENT_INVALID', `the ${what} is invalid: ${faults}`, {
      remedy: REMEDIES[what],
    });
  }
}
