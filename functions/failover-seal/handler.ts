import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { createDynamoDbRunStore } from '../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { createKmsEvidenceSigner } from '../../shared/adapters/kms/kms-evidence-signer.ts';
import { createS3EvidenceStore } from '../../shared/adapters/s3/s3-evidence-store.ts';
import { SEAL_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { logValue } from '../runtime/log-values.ts';
import { createHandler } from './create-handler.ts';

const { historyTable, bucket, signingKey } = SEAL_ENVIRONMENT;
const name = z.string().min(1);
const parsed = z.object({ [historyTable]: name, [bucket]: name, [signingKey]: name }).safeParse(process.env);
if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
const { data: variables } = parsed;

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger: new Logger({ jsonReplacerFn: logValue }),
  runs: createDynamoDbRunStore(new DynamoDBClient(AWS_CLIENT_SETTINGS), variables[historyTable]),
  store: createS3EvidenceStore(new S3Client(AWS_CLIENT_SETTINGS), variables[bucket]),
  signer: createKmsEvidenceSigner(new KMSClient(AWS_CLIENT_SETTINGS), variables[signingKey]),
});
