import * as z from 'zod';
import { APPROVAL_LINK_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

const schema = z.object({
  [APPROVAL_LINK_ENVIRONMENT.historyTable]: z.string().min(1),
  [APPROVAL_LINK_ENVIRONMENT.key]: z.string().min(1),
});

/** The settings of the page of links. @throws InvalidInputError that names every variable that is wrong */
export function parsePageEnvironment(variables: Readonly<Record<string, string | undefined>>): {
  readonly historyTable: string;
  /** ARN of the secret that signs links. */
  readonly key: string;
} {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
  const values = parsed.data;
  return {
    historyTable: values[APPROVAL_LINK_ENVIRONMENT.historyTable],
    key: values[APPROVAL_LINK_ENVIRONMENT.key],
  };
}
