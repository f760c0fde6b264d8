import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { createDynamoDbApprovalStore } from '../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createSecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import { createSecretMac } from '../../shared/adapters/secretsmanager/secret-mac.ts';
import { createSnsApprovers } from '../../shared/adapters/sns/sns-mail-target.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { createSlackApprovers, createWebhookApprovers } from '../../shared/adapters/webhook/webhook-targets.ts';
import type { Secret } from '../../shared/config/connection/secret.ts';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { logValue } from '../runtime/log-values.ts';
import { createHandler } from './create-handler.ts';
import { parseAskEnvironment } from './environment.ts';

/** How long the key and the URLs of webhooks are kept in memory. */
const SECRET_TTL_MS = 300_000;

const { deployment, historyTable, key, page, secrets, mailTopic } = parseAskEnvironment(process.env);
const clock = SYSTEM_CLOCK;
const client = new DynamoDBClient(AWS_CLIENT_SETTINGS);
const lookup = createSecretLookup({
  client: new SecretsManagerClient(AWS_CLIENT_SETTINGS),
  clock,
  ttlMs: SECRET_TTL_MS,
});

async function at(location: SecretLocation): Promise<Secret> {
  const url = (await lookup.resolve(new Map([['url', location]]))).get('url');
  if (url === undefined) throw new Error('the lookup answers for each name');
  return url;
}

const { slack, webhook } = secrets;

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger: new Logger({ jsonReplacerFn: logValue }),
  clock,
  runs: createDynamoDbRunStore(client, historyTable),
  approvals: createDynamoDbApprovalStore(client, historyTable),
  mac: createSecretMac(lookup, key),
  page,
  targets: [
    ...(slack === undefined ? [] : [createSlackApprovers(() => at(slack))]),
    ...(webhook === undefined ? [] : [createWebhookApprovers(() => at(webhook), deployment)]),
    createSnsApprovers(new SNSClient(AWS_CLIENT_SETTINGS), mailTopic),
  ],
  deployment,
  options: ['--config', 'tidemark.yaml', '--history', `dynamodb:${historyTable}`],
});
