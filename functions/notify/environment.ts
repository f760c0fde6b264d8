import * as z from 'zod';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import { NOTIFY_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { SEVERITIES, type Severity } from '../../shared/contract/finding-codes.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { jsonText, secretLocation } from '../runtime/variables.ts';

/** The settings of the notify function, validated once when it starts. */
export interface NotifyEnvironment {
  readonly historyTable: string;
  readonly runbookUrl: string;
  readonly least: Severity;
  /** Where the URLs of webhooks are. */
  readonly secrets: ReadonlyMap<'slack' | 'webhook', SecretLocation>;
  /** ARN of the topic that sends mails; null if none does. */
  readonly mailTopic: string | null;
}

const schema = z.object({
  [NOTIFY_ENVIRONMENT.historyTable]: z.string().min(1),
  [NOTIFY_ENVIRONMENT.runbookUrl]: z.string().min(1),
  [NOTIFY_ENVIRONMENT.least]: z.enum(SEVERITIES),
  [NOTIFY_ENVIRONMENT.secrets]: jsonText.pipe(
    z.strictObject({ slack: secretLocation.optional(), webhook: secretLocation.optional() }),
  ),
  [NOTIFY_ENVIRONMENT.mailTopic]: z.string().min(1).optional(),
});

/** @throws InvalidInputError that names every variable that is wrong */
export function parseNotifyEnvironment(variables: Readonly<Record<string, string | undefined>>): NotifyEnvironment {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
  const values = parsed.data;
  const { slack, webhook } = values[NOTIFY_ENVIRONMENT.secrets];
  return {
    historyTable: values[NOTIFY_ENVIRONMENT.historyTable],
    runbookUrl: values[NOTIFY_ENVIRONMENT.runbookUrl],
    least: values[NOTIFY_ENVIRONMENT.least],
    secrets: new Map([
      ...(slack === undefined ? [] : [['slack', slack] as const]),
      ...(webhook === undefined ? [] : [['webhook', webhook] as const]),
    ]),
    mailTopic: values[NOTIFY_ENVIRONMENT.mailTopic] ?? null,
  };
}
