import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createDynamoDbApprovalStore } from '../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createSecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import { createSecretMac } from '../../shared/adapters/secretsmanager/secret-mac.ts';
import { createTaskTokenTarget } from '../../shared/adapters/stepfunctions/task-token-target.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { logValue } from '../runtime/log-values.ts';
import { createHandler } from './create-handler.ts';
import { parsePageEnvironment } from './environment.ts';

/** How long the key is kept in memory. */
const SECRET_TTL_MS = 300_000;

const { historyTable, key } = parsePageEnvironment(process.env);
const clock = SYSTEM_CLOCK;
const client = new DynamoDBClient(AWS_CLIENT_SETTINGS);
const secretsManager = new SecretsManagerClient(AWS_CLIENT_SETTINGS);

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger: new Logger({ jsonReplacerFn: logValue }),
  clock,
  runs: createDynamoDbRunStore(client, historyTable),
  approvals: createDynamoDbApprovalStore(client, historyTable),
  target: createTaskTokenTarget(new SFNClient(AWS_CLIENT_SETTINGS)),
  mac: createSecretMac(createSecretLookup({ client: secretsManager, clock, ttlMs: SECRET_TTL_MS }), key),
});
