import { Route53RecoveryClusterClient } from '@aws-sdk/client-route53-recovery-cluster';
import type { RoutingEndpoint } from '../../../shared/config/failover/failover-config.ts';

/** One of five endpoints that does not answer is left for the next one. */
const PATIENCE = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** Credentials as every AWS tool finds them. */
export function createRoutingControlClient({ url, region }: RoutingEndpoint): Route53RecoveryClusterClient {
  return new Route53RecoveryClusterClient({ ...PATIENCE, endpoint: url, region });
}
