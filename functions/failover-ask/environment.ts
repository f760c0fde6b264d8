import * as z from 'zod';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import { APPROVAL_LINK_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { jsonText, secretLocation } from '../runtime/variables.ts';

/** The settings of the function that tells approvers, validated once when it starts. */
export interface AskEnvironment {
  readonly deployment: string;
  readonly historyTable: string;
  /** ARN of the secret that signs links. */
  readonly key: string;
  /** Where the page of links is. */
  readonly page: string;
  /** Where the URLs of webhooks are. */
  readonly secrets: { readonly slack?: SecretLocation | undefined; readonly webhook?: SecretLocation | undefined };
  /** ARN of the topic that sends mails. */
  readonly mailTopic: string;
}

const schema = z.object({
  [APPROVAL_LINK_ENVIRONMENT.deployment]: z.string().min(1),
  [APPROVAL_LINK_ENVIRONMENT.historyTable]: z.string().min(1),
  [APPROVAL_LINK_ENVIRONMENT.key]: z.string().min(1),
  [APPROVAL_LINK_ENVIRONMENT.page]: z.string().min(1),
  [APPROVAL_LINK_ENVIRONMENT.secrets]: jsonText.pipe(
    z.strictObject({ slack: secretLocation.optional(), webhook: secretLocation.optional() }),
  ),
  [APPROVAL_LINK_ENVIRONMENT.mailTopic]: z.string().min(1),
});

/** @throws InvalidInputError that names every variable that is wrong */
export function parseAskEnvironment(variables: Readonly<Record<string, string | undefined>>): AskEnvironment {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
  const values = parsed.data;
  return {
    deployment: values[APPROVAL_LINK_ENVIRONMENT.deployment],
    historyTable: values[APPROVAL_LINK_ENVIRONMENT.historyTable],
    key: values[APPROVAL_LINK_ENVIRONMENT.key],
    page: values[APPROVAL_LINK_ENVIRONMENT.page],
    secrets: values[APPROVAL_LINK_ENVIRONMENT.secrets],
    mailTopic: values[APPROVAL_LINK_ENVIRONMENT.mailTopic],
  };
}
