import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createDynamoDbApprovalStore } from '../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { createDynamoDbHoldStore } from '../../shared/adapters/dynamodb/dynamodb-hold-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createSecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { logValue } from '../runtime/log-values.ts';
import { createConfigSource } from './config-source.ts';
import { createHandler } from './create-handler.ts';
import { parseFailoverStepEnvironment } from './environment.ts';
import { createWorldOpener } from './open-world.ts';

const environment = parseFailoverStepEnvironment(process.env);
const clock = SYSTEM_CLOCK;
const client = new DynamoDBClient(AWS_CLIENT_SETTINGS);
const table = environment.historyTable;
const secretsManager = new SecretsManagerClient(AWS_CLIENT_SETTINGS);

const runs = createDynamoDbRunStore(client, table);

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger: new Logger({ jsonReplacerFn: logValue }),
  clock,
  runs,
  approvals: createDynamoDbApprovalStore(client, table),
  holds: createDynamoDbHoldStore(client, table),
  approvalMs: environment.approvalMs,
  openWorld: createWorldOpener({
    client,
    table,
    deployment: environment.deployment,
    clock,
    runs,
    load: createConfigSource({
      file: environment.configFile,
      secrets: environment.secrets,
      withheldSecrets: environment.withheldSecrets,
      lookup: createSecretLookup({ client: secretsManager, clock, ttlMs: environment.secretTtlMs }),
      variables: process.env,
    }),
  }),
});
