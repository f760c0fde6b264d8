import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';

/** A person waits: a service that does not answer is reported within a minute. A throttled call is repeated. */
const PATIENCE = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

/** Region and credentials as every AWS tool finds them. */
export function createCloudWatchClient(): CloudWatchClient {
  return new CloudWatchClient(PATIENCE);
}
