import { Logger } from '@aws-lambda-powertools/logger';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createCloudWatchMetricSink } from '../../shared/adapters/cloudwatch/cloudwatch-metric-sink.ts';
import { createNameSignal } from '../../shared/adapters/cloudwatch/name-signal.ts';
import { createDynamoDbNameSideStore } from '../../shared/adapters/dynamodb/dynamodb-name-side-store.ts';
import { createEventBridgeFindingPublisher } from '../../shared/adapters/eventbridge/eventbridge-finding-publisher.ts';
import { createSecretLookup } from '../../shared/adapters/secretsmanager/secret-lookup.ts';
import { SYSTEM_CLOCK } from '../../shared/adapters/system/system-clock.ts';
import { republishNames } from '../../shared/failover/republish-names.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { logValue } from '../runtime/log-values.ts';
import { createAuditKeeper } from './audit-keeper.ts';
import { createAuditor } from './auditor.ts';
import { createConfigSource } from './config-source.ts';
import { createHandler } from './create-handler.ts';
import { parseAuditEnvironment } from './environment.ts';

const environment = parseAuditEnvironment(process.env);
const logger = new Logger({ jsonReplacerFn: logValue });
const clock = SYSTEM_CLOCK;
const cloudWatch = new CloudWatchClient(AWS_CLIENT_SETTINGS);
const secretsManager = new SecretsManagerClient(AWS_CLIENT_SETTINGS);
const namesClient = new DynamoDBClient(AWS_CLIENT_SETTINGS);
const keeper = createAuditKeeper({
  client: new DynamoDBClient(AWS_CLIENT_SETTINGS),
  table: environment.historyTable,
  process: process.env.AWS_LAMBDA_LOG_STREAM_NAME ?? 'audit',
  clock,
  publisher: createEventBridgeFindingPublisher(
    new EventBridgeClient(AWS_CLIENT_SETTINGS),
    environment.deployment,
    clock,
  ),
  notAnnounced: (failure) => logger.warn('events of findings wait in the outbox', { failure }),
  deployment: environment.deployment,
  groupMetricsLimit: environment.groupMetricsLimit,
  notChosen: (failure) => logger.warn('no group has metrics of its own in this audit', { failure }),
});

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger,
  clock,
  groups: keeper.groups,
  config: createConfigSource({
    file: environment.configFile,
    secrets: environment.secrets,
    lookup: createSecretLookup({ client: secretsManager, clock, ttlMs: environment.secretTtlMs }),
    variables: process.env,
    warn: (warnings) => logger.warn('the configuration is valid, but has likely mistakes', { warnings }),
  }),
  audit: createAuditor(clock, keeper, environment.part),
  sink: createCloudWatchMetricSink(cloudWatch, environment.deployment),
  republishNames: () =>
    republishNames({
      names: environment.names,
      // A client of its own: that of the keeper has the limits of an audit.
      sides: createDynamoDbNameSideStore(namesClient, environment.historyTable),
      signal: createNameSignal(cloudWatch, environment.deployment),
      clock,
      failed: (name, reason) => logger.warn('where a name leads was not published again', { name, reason }),
    }),
});
