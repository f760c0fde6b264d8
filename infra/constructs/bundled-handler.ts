import { join } from 'node:path';
import { Architecture, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

const ROOT = join(import.meta.dirname, '../..');

/**
 * The code of a function and what runs it, the same for all functions: one bundle with the AWS SDK in it, so that what was
 * tested is what runs.
 * @param folder below `functions/`; its handler is in `handler.ts`
 */
export function bundledHandler(
  folder:
    | 'alarm-cleared'
    | 'audit'
    | 'failover-step'
    | 'failover-control'
    | 'failover-ask'
    | 'failover-approval'
    | 'failover-seal'
    | 'notify',
) {
  return {
    entry: join(ROOT, 'functions', folder, 'handler.ts'),
    projectRoot: ROOT,
    depsLockFilePath: join(ROOT, 'package-lock.json'),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    awsSdkConnectionReuse: false,
    bundling: {
      logLevel: LogLevel.ERROR,
      minify: true,
      format: OutputFormat.CJS,
      target: 'node24',
      bundleAwsSDK: true,
      // As ES modules, what is not used of libraries is left out.
      mainFields: ['module', 'main'],
    },
  } as const satisfies NodejsFunctionProps;
}
