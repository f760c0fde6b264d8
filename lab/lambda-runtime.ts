import { createRequire } from 'node:module';
import * as z from 'zod';

/** One invocation, as lab/lambda-function.ts sends it. */
const invocation = z.object({ id: z.number(), event: z.unknown(), remainingMs: z.number() });
const bundle = z.object({ handler: z.custom<(event: unknown, context: object) => Promise<unknown>>() });

/**
 * Simulates the part of Lambda's Node.js runtime that a function can see, in its own process. It loads the bundle as
 * CommonJS and gives each invocation a context that counts down. The argument is the path of the bundle.
 */
const path = process.argv[2];
if (path === undefined) throw new Error('usage: lambda-runtime BUNDLE');
const { handler } = bundle.parse(createRequire(import.meta.url)(path));

process.on('message', async (message) => {
  const { id, event, remainingMs } = invocation.parse(message);
  const end = performance.now() + remainingMs;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'audit',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:audit',
    memoryLimitInMB: '1024',
    awsRequestId: `request-${id}`,
    logGroupName: '/aws/lambda/audit',
    logStreamName: 'lab',
    getRemainingTimeInMillis: () => end - performance.now(),
  };
  try {
    process.send?.({ id, result: await handler(event, context) });
  } catch (error) {
    const { name, message: text, code } = error as Error & { code?: unknown };
    process.send?.({ id, error: { name, message: text, code } });
  }
});
// The lab has ended, however that was.
process.on('disconnect', () => process.exit());
process.send?.({ ready: process.version });
