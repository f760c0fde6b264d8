/**
 * Timeouts of all AWS clients in the function. Without them the SDK waits for ever in a VPC that has no endpoint for
 * the service. Three attempts fit into the time reserved for publishing, so the error can still name the service.
 */
export const AWS_CLIENT_SETTINGS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;
