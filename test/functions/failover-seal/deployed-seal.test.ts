import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { LambdaFunction } from '../../../lab/lambda-function.ts';
import { type SealEndpoint, startSealEndpoint } from '../../../lab/seal-endpoint.ts';
import { createDynamoDbRunStore } from '../../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { assessFailover, beginRun } from '../../../shared/failover/assess-failover.ts';
import { type Bundled, bundle } from '../../infra/bundled.ts';
import { exampleSettings } from '../../infra/synthesize.ts';
import { FakeWorld } from '../../shared/failover/failover-world.ts';

const TABLE = 'tidemark-history';

/** The function as CDK bundles it, with the variables of the template, against local endpoints. */
describe('the deployed function that seals evidence', () => {
  const evidence = { retentionDays: 365, mode: 'governance' as const };
  const failover = { approvalSeconds: 900, approvalLink: false, secrets: {}, names: {}, policyArns: {}, evidence };
  let local: DynamoDbLocal;
  let endpoint: SealEndpoint;
  let bundled: Bundled;
  let lambda: LambdaFunction;
  let run: string;
  beforeAll(async () => {
    [local, endpoint] = await Promise.all([DynamoDbLocal.start(), startSealEndpoint()]);
    await local.createHistoryTable(TABLE);
    const client = local.client();
    const fake = new FakeWorld();
    const runs = createDynamoDbRunStore(client, TABLE);
    const assessment = await assessFailover({ world: fake.world(), runs, mode: 'planned', groups: ['*'], accept: [] });
    run = await beginRun(runs, assessment, { by: 'a', at: fake.now, validForMs: 1 });
    client.destroy();
    bundled = bundle({ ...exampleSettings, failover, historyTable: TABLE }, 'FailoverSeal');
    lambda = await LambdaFunction.start({
      bundle: bundled.bundle,
      timeoutMs: bundled.timeoutMs,
      environment: {
        ...bundled.variables,
        AWS_REGION: 'local',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
        AWS_ENDPOINT_URL_S3: endpoint.url,
        AWS_ENDPOINT_URL_KMS: endpoint.url,
      },
    });
  });
  afterAll(async () => {
    await lambda?.stop();
    bundled?.remove();
    await Promise.all([local?.stop(), endpoint?.close()]);
  });

  test('is smaller than 2 MB', () => expect(statSync(bundled.bundle).size).toBeLessThan(2_000_000));

  test('seals a run of the table, twice the same', async () => {
    const first = await lambda.invoke({ runId: run });
    expect(first.result).toMatchObject({ lockedUntil: '2030-01-01T00:00:00.000Z', mode: 'GOVERNANCE' });
    expect(await lambda.invoke({ runId: run })).toMatchObject({ result: first.result });
    expect(endpoint.written).toHaveLength(5);
  });

  test.each([
    [{ runId: 'nobody' }, { name: 'TidemarkRefused', code: 'RUN_UNKNOWN' }],
    [{ runId: '../x' }, { name: 'TidemarkStopped', code: 'EVENT_INVALID' }],
  ])('%j is refused by a name that the state machine knows', async (event, error) => {
    expect((await lambda.invoke(event)).error).toMatchObject(error);
  });

  test('a throttled S3 is tried again', async () => {
    endpoint.fail({ service: 'S3', status: 503, code: 'SlowDown' });
    expect((await lambda.invoke({ runId: run })).error).toMatchObject({
      name: 'TidemarkRetry',
      code: 'EVIDENCE_NOT_STORED',
    });
    endpoint.fail(null);
  });
});
