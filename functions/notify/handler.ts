import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { createDynamoDbPageJournal } from '../../shared/adapters/dynamodb/dynamodb-page-journal.ts';
import { createSecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import { createSnsMailTarget } from '../../shared/adapters/sns/sns-mail-target.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { createSlackTarget, createWebhookTarget } from '../../shared/adapters/webhook/webhook-targets.ts';
import type { Secret } from '../../shared/config/connection/secret.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { logValue } from '../runtime/log-values.ts';
import { createHandler } from './create-handler.ts';
import { parseNotifyEnvironment } from './environment.ts';

/** How long the URL of a webhook is kept in memory. */
const SECRET_TTL_MS = 300_000;

const environment = parseNotifyEnvironment(process.env);
const clock = SYSTEM_CLOCK;
const secretsManager = new SecretsManagerClient(AWS_CLIENT_SETTINGS);
const lookup = createSecretLookup({ client: secretsManager, clock, ttlMs: SECRET_TTL_MS });
const mail =
  environment.mailTopic === null
    ? []
    : [createSnsMailTarget(new SNSClient(AWS_CLIENT_SETTINGS), environment.mailTopic)];

async function urlOf(name: 'slack' | 'webhook'): Promise<Secret> {
  const url = (await lookup.resolve(environment.secrets)).get(name);
  if (url === undefined) throw new Error(`no secret for ${name}`);
  return url;
}

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger: new Logger({ jsonReplacerFn: logValue }),
  clock,
  journal: createDynamoDbPageJournal(new DynamoDBClient(AWS_CLIENT_SETTINGS), environment.historyTable),
  targets: (deployment) => [
    ...(environment.secrets.has('slack') ? [createSlackTarget(() => urlOf('slack'))] : []),
    ...(environment.secrets.has('webhook') ? [createWebhookTarget(() => urlOf('webhook'), deployment)] : []),
    ...mail,
  ],
  least: environment.least,
  runbookUrl: environment.runbookUrl,
  options: ['--config', 'tidemark.yaml', '--history', `dynamodb:${environment.historyTable}`],
});
