import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { createDynamoDbApprovalStore } from '../../shared/adapters/dynamodb/dynamodb-approval-store.ts';
import { createDynamoDbHoldStore } from '../../shared/adapters/dynamodb/dynamodb-hold-store.ts';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createTaskTokenTarget } from '../../shared/adapters/stepfunctions/task-token-target.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { FAILOVER_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { logValue } from '../runtime/log-values.ts';
import { createHandler } from './create-handler.ts';

const parsed = z.object({ [FAILOVER_ENVIRONMENT.historyTable]: z.string().min(1) }).safeParse(process.env);
if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
const table = parsed.data[FAILOVER_ENVIRONMENT.historyTable];
const client = new DynamoDBClient(AWS_CLIENT_SETTINGS);

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger: new Logger({ jsonReplacerFn: logValue }),
  clock: SYSTEM_CLOCK,
  runs: createDynamoDbRunStore(client, table),
  approvals: createDynamoDbApprovalStore(client, table),
  holds: createDynamoDbHoldStore(client, table),
  target: createTaskTokenTarget(new SFNClient(AWS_CLIENT_SETTINGS)),
});
