import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { LambdaFunction } from '../../../lab/lambda-function.ts';
import { type SecretsEndpoint, startSecretsEndpoint } from '../../../lab/secrets-endpoint.ts';
import { type Bundled, bundle } from '../../infra/bundled.ts';
import type { DeployedFunction } from '../../infra/deployed-variables.ts';
import { exampleSettings } from '../../infra/synthesize.ts';

const TABLE = 'tidemark-history';
const PASSWORD = 'hunter2-hunter2';
const failover = {
  approvalSeconds: 900,
  approvalLink: false,
  secrets: { FENCER: { secretsManager: 'lab/fencer', steps: ['fence' as const] } },
  names: {},
  policyArns: {},
};

/** The functions as CDK bundles them, with the variables of the template, against local endpoints. No Kafka answers. */
describe('the deployed functions of a failover', () => {
  const settings = { ...exampleSettings, failover, historyTable: TABLE };
  const parts: { readonly bundled: Bundled; readonly lambda: LambdaFunction }[] = [];
  let local: DynamoDbLocal;
  let secrets: SecretsEndpoint;
  let step: LambdaFunction;
  let control: LambdaFunction;

  const start = async (of: DeployedFunction): Promise<LambdaFunction> => {
    const bundled = bundle(settings, of);
    const lambda = await LambdaFunction.start({
      bundle: bundled.bundle,
      timeoutMs: bundled.timeoutMs,
      environment: {
        ...bundled.variables,
        ...(of === 'FailoverStepRead' && { TIDEMARK_CONFIG: `${bundled.layer}/tidemark.yaml` }),
        AWS_REGION: 'local',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      },
    });
    parts.push({ bundled, lambda });
    return lambda;
  };

  beforeAll(async () => {
    [local, secrets] = await Promise.all([DynamoDbLocal.start(), startSecretsEndpoint()]);
    await local.createHistoryTable(TABLE);
    for (const name of ['tidemark/east', 'tidemark/west']) {
      secrets.secrets.set(name, { kind: 'text', text: JSON.stringify({ password: PASSWORD }) });
    }
    step = await start('FailoverStepRead');
    control = await start('FailoverControl');
  });
  afterAll(async () => {
    for (const { bundled, lambda } of parts) {
      await lambda.stop();
      bundled.remove();
    }
    await Promise.all([local?.stop(), secrets?.close()]);
  });

  const execution = { id: 'arn:execution:one', startedAt: '2026-11-22T10:00:00.000Z' };
  const run = { flow: 'east->west', mode: 'planned', by: 'anna' };

  test('are smaller than 3 MB', () => {
    for (const { bundled } of parts) expect(statSync(bundled.bundle).size).toBeLessThan(3_000_000);
  });

  test('take the flow: twice for one execution, and not for another', async () => {
    const event = { task: 'take-flow', machine: 'failover', start: run, execution };
    const taken = await step.invoke(event);
    expect(taken.result).toMatchObject({ runId: expect.stringMatching(/^20261122T100000Z-/), groups: ['*'] });
    expect((await step.invoke(event)).result).toEqual(taken.result);
    const other = await step.invoke({ ...event, execution: { ...execution, id: 'arn:execution:two' } });
    expect(other.error).toMatchObject({ name: 'TidemarkRefused', code: 'FLOW_LOCKED' });
  });

  test('assess with the secrets that they may read: clusters that do not answer are tried again', async () => {
    const event = { task: 'assess', runId: 'r1', ...run, groups: ['*'], accept: [] };
    const answer = await step.invoke(event);
    expect(answer.error).toMatchObject({ name: 'TidemarkRetry' });
    expect(secrets.asked).not.toContain('lab/fencer');
    expect(step.log).not.toContain(PASSWORD);
  });

  test('assess no failback without the flow that it takes back', async () => {
    const event = { task: 'assess', runId: 'r2', ...run, mode: 'failback', groups: ['*'], accept: [] };
    const answer = await step.invoke(event);
    expect(answer.error).toMatchObject({ name: 'TidemarkRefused', code: 'FLOW_UNKNOWN' });
    expect(JSON.stringify(answer.error)).toContain('west->east');
  });

  test('refuse what the state machine does not send, without its content in the log', async () => {
    const answer = await step.invoke({ task: 'carry-out', runId: '../x', note: 'hunter3' });
    expect(answer.error).toMatchObject({ name: 'TidemarkStopped', code: 'EVENT_INVALID' });
    expect(step.log).not.toContain('hunter3');
  });

  test('hold and release everything, and refuse to approve what was not assessed', async () => {
    expect((await control.invoke({ action: 'hold', reason: 'network works', by: 'carl' })).error ?? null).toBeNull();
    const held = await step.invoke({ task: 'take-flow', machine: 'failover', start: run, execution });
    expect(held.error).toMatchObject({ name: 'TidemarkHeld' });
    expect((await control.invoke({ action: 'release', by: 'carl' })).error ?? null).toBeNull();
    expect(
      (await step.invoke({ task: 'take-flow', machine: 'failover', start: run, execution })).error ?? null,
    ).toBeNull();
    const approval = await control.invoke({ action: 'approve', runId: 'r1', hash: '0'.repeat(64), by: 'eve' });
    expect(approval.error).toMatchObject({ code: 'RUN_UNKNOWN' });
  });
});
