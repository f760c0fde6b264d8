import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A person waits: report within seconds that a service does not answer. */
const AWS_PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

/** Region and credentials as every AWS tool finds them: variables, profiles, single sign-on, roles. */
export function createDynamoDbClient(): DynamoDBClient {
  return new DynamoDBClient(AWS_PATIENCE);
}
