import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LambdaFunction } from '../../../lab/lambda-function.ts';
import { type SecretsEndpoint, startSecretsEndpoint } from '../../../lab/secrets-endpoint.ts';
import { type Bundled, bundle } from '../../infra/bundled.ts';
import { exampleSettings } from '../../infra/synthesize.ts';
import { schedulerEvent } from './invocation.ts';

/** Variables that Lambda sets in addition to the function's own. The credentials are fake. */
const lambdaVariables = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'test' };

describe('the bundled function', () => {
  let bundled: Bundled;
  let secrets: SecretsEndpoint;
  let lambda: LambdaFunction | undefined;

  beforeAll(async () => {
    bundled = bundle(exampleSettings);
    secrets = await startSecretsEndpoint();
  });
  afterAll(async () => {
    bundled.remove();
    await secrets.close();
  });

  afterEach(async () => {
    await lambda?.stop();
    lambda = undefined;
  });

  async function start(variables: Readonly<Record<string, string>>): Promise<LambdaFunction> {
    lambda = await LambdaFunction.start({
      bundle: bundled.bundle,
      timeoutMs: bundled.timeoutMs,
      environment: {
        ...lambdaVariables,
        ...bundled.variables,
        TIDEMARK_CONFIG: join(bundled.layer, 'tidemark.yaml'),
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        ...variables,
      },
    });
    return lambda;
  }

  test('is smaller than 2 MB', () => {
    expect(statSync(bundled.bundle).size).toBeLessThan(2_000_000);
  });

  test('refuses an event that is not the schedule’s, and names what is wrong', async () => {
    const answer = await (await start({})).invoke({ scheduledAt: 'now' });
    expect(answer.error).toMatchObject({ code: 'EVENT_INVALID', message: expect.stringContaining('executionId') });
  });

  test('GIVEN a missing secret THEN the error names it and the remedy, also in the log', async () => {
    const started = await start({});
    const answer = await started.invoke(schedulerEvent);
    expect(answer.error).toMatchObject({ code: 'SECRET_NOT_FOUND', message: expect.stringContaining('tidemark/east') });
    const line: unknown = JSON.parse(started.log.trim());
    expect(line).toMatchObject({
      level: 'ERROR',
      service: 'tidemark-audit',
      code: 'SECRET_NOT_FOUND',
      remedy: expect.any(String),
      executionId: schedulerEvent.executionId,
    });
  });

  test('GIVEN a VPC without an endpoint for Secrets Manager THEN the error says so, long before the timeout', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const started = await start({ AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${port}` });
    const begun = Date.now();
    const answer = await started.invoke(schedulerEvent);
    expect(answer.error).toMatchObject({ code: 'SECRET_UNREACHABLE' });
    expect(Date.now() - begun).toBeLessThan(bundled.timeoutMs / 2);
    expect(started.log).toContain('interface endpoint for secretsmanager');
    silent.closeAllConnections();
    silent.close();
  });

  test('GIVEN a wrong environment THEN it does not start, and names every variable', async () => {
    const starting = start({ TIDEMARK_GROUP_METRICS_LIMIT: 'many', TIDEMARK_SECRET_TTL_SECONDS: '' });
    await expect(starting).rejects.toThrow(/TIDEMARK_GROUP_METRICS_LIMIT.*TIDEMARK_SECRET_TTL_SECONDS/s);
  });
});
