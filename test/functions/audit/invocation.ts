import type { Context } from 'aws-lambda';

/** The event that the stack's schedule sends, with Scheduler's context attributes filled in. */
export const schedulerEvent = { scheduledAt: '2026-11-20T10:00:00Z', executionId: 'd32c5kddcf5bb8c3' };

/** A Lambda context with this much time left from now on. */
export function lambdaContext(remainingMs: number): Context {
  const end = performance.now() + remainingMs;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'audit',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:audit',
    memoryLimitInMB: '512',
    awsRequestId: 'b7b1a0e4-7f3a-4d0e-9b0a-0f2f5c9a1e11',
    logGroupName: '/aws/lambda/audit',
    logStreamName: '2026/11/20/[$LATEST]0123456789abcdef',
    getRemainingTimeInMillis: () => end - performance.now(),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
