/**
 * Time limits of every AWS client of the function. The SDK itself would wait for ever, and in a VPC without an endpoint
 * for the service nothing answers: three attempts have to end within the time that is kept for publishing, so that the
 * error says which service it was.
 */
export const AWS_CLIENT_SETTINGS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
} as const;
