import { Route53Client } from '@aws-sdk/client-route-53';

/** A person waits: a service that does not answer is reported within a minute. A throttled call is repeated. */
const PATIENCE = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
} as const;

/** Credentials as every AWS tool finds them. Route 53 is one service for all Regions. */
export function createRoute53Client(): Route53Client {
  return new Route53Client({ ...PATIENCE, region: process.env.AWS_REGION ?? 'us-east-1' });
}
