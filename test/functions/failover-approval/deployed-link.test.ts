import { statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { type HttpReceiver, startHttpReceiver } from '../../../lab/http-receiver.ts';
import { LambdaFunction } from '../../../lab/lambda-function.ts';
import { type SecretsEndpoint, startSecretsEndpoint } from '../../../lab/secrets-endpoint.ts';
import { type SnsEndpoint, startSnsEndpoint } from '../../../lab/sns-endpoint.ts';
import { createDynamoDbRunStore } from '../../../shared/adapters/dynamodb/dynamodb-run-store.ts';
import { assessFailover, beginRun } from '../../../shared/failover/assess-failover.ts';
import { takeFlow } from '../../../shared/failover/run-in-parts.ts';
import { type Bundled, bundle } from '../../infra/bundled.ts';
import type { DeployedFunction } from '../../infra/deployed-variables.ts';
import { holds } from '../../infra/holding-files.ts';
import { exampleSettings } from '../../infra/synthesize.ts';
import { FakeWorld } from '../../shared/failover/failover-world.ts';
import { formOf, functionUrlEvent } from './function-url-event.ts';

const TABLE = 'tidemark-history';
const KEY = 'hunter2'.repeat(9);
const PAGE = 'https://abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws/';
const failover = { approvalSeconds: 900, approvalLink: true, secrets: {}, names: {}, policyArns: {} };
const pages = {
  severity: 'critical',
  slack: { secretsManager: 'lab/slack' },
  webhook: { secretsManager: 'lab/webhook' },
  email: false,
} as const;

/** Both functions as CDK bundles them, with the variables of the template, against local endpoints. */
describe('the deployed functions of a link', () => {
  const settings = { ...exampleSettings, failover, pages, historyTable: TABLE };
  const parts: { readonly bundled: Bundled; readonly lambda: LambdaFunction }[] = [];
  const sent: { readonly target: unknown; readonly body: unknown }[] = [];
  let local: DynamoDbLocal;
  let secrets: SecretsEndpoint;
  let sns: SnsEndpoint;
  let slack: HttpReceiver;
  let webhook: HttpReceiver;
  let states: Server;
  let ask: LambdaFunction;
  let page: LambdaFunction;
  let run: { readonly id: string; readonly hash: string };
  let link: string;

  const start = async (of: DeployedFunction): Promise<LambdaFunction> => {
    const bundled = bundle(settings, of);
    secrets.secrets.set(bundled.variables.TIDEMARK_LINK_KEY ?? '', { kind: 'text', text: KEY });
    const lambda = await LambdaFunction.start({
      bundle: bundled.bundle,
      timeoutMs: bundled.timeoutMs,
      environment: {
        ...bundled.variables,
        ...(of === 'FailoverLinkAsk' && { TIDEMARK_LINK_PAGE: PAGE }),
        AWS_REGION: 'local',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
        AWS_ENDPOINT_URL_SNS: sns.url,
        AWS_ENDPOINT_URL_SFN: `http://127.0.0.1:${(states.address() as AddressInfo).port}`,
        // Whoever sets it in the console wants to see events: those of a link would be links.
        POWERTOOLS_LOGGER_LOG_EVENT: 'true',
      },
    });
    parts.push({ bundled, lambda });
    return lambda;
  };

  beforeAll(async () => {
    states = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        sent.push({ target: request.headers['x-amz-target'], body: JSON.parse(String(Buffer.concat(chunks))) });
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => states.listen(0, '127.0.0.1', resolve));
    [local, secrets, sns, slack, webhook] = await Promise.all([
      DynamoDbLocal.start(),
      startSecretsEndpoint(),
      startSnsEndpoint(),
      startHttpReceiver(),
      startHttpReceiver(),
    ]);
    secrets.secrets.set('lab/slack', { kind: 'text', text: slack.url });
    secrets.secrets.set('lab/webhook', { kind: 'text', text: webhook.url });
    await local.createHistoryTable(TABLE);
    const client = local.client();
    const store = createDynamoDbRunStore(client, TABLE);
    const fake = new FakeWorld();
    const assessment = await assessFailover({
      world: fake.world(),
      runs: store,
      mode: 'planned',
      groups: ['*'],
      accept: [],
    });
    const id = await beginRun(store, assessment, { by: 'anna', at: fake.now, validForMs: 900_000 });
    await takeFlow(store, { flow: 'A->B', run: id, holder: 'x', at: fake.now, override: false });
    client.destroy();
    run = { id, hash: assessment.hash };
    ask = await start('FailoverLinkAsk');
    page = await start('FailoverLinkPage');
  });
  afterAll(async () => {
    for (const { bundled, lambda } of parts) {
      await lambda.stop();
      bundled.remove();
    }
    states.closeAllConnections();
    states.close();
    await Promise.all([local?.stop(), secrets?.close(), sns?.close(), slack?.close(), webhook?.close()]);
  });

  const get = async () => (await page.invoke(functionUrlEvent({ query: new URL(link).search.slice(1) }))).result;

  test('are smaller than 2 MB', () => {
    for (const { bundled } of parts) expect(statSync(bundled.bundle).size).toBeLessThan(2_000_000);
  });

  test('send the link to Slack, to a webhook and by mail, and answer the state machine without it', async () => {
    // One receiver that fails is no reason to send nothing to the others.
    slack.answer(500);
    const event = {
      task: 'ask-approval',
      flow: 'A->B',
      runId: run.id,
      by: 'anna',
      hash: run.hash,
      token: 'task-token',
    };
    expect((await ask.invoke(event)).result).toEqual({ runId: run.id });
    slack.answer(200);
    expect((await ask.invoke(event)).result).toEqual({ runId: run.id });
    expect([slack.bodies.length, webhook.bodies.length]).toEqual([1, 2]);
    const { notice, schema } = JSON.parse(webhook.bodies[0] ?? '');
    expect(schema).toBe('tidemark.approval-notice/1');
    link = notice.link;
    expect(link).toMatch(/^https:\/\/[a-z0-9]{32}\.lambda-url\.eu-central-1\.on\.aws\/\?link=[\w.-]+$/);
    expect(slack.bodies[0]).toContain(link);
    const [mail] = sns.take();
    expect(mail).toMatchObject({ subject: 'APPROVAL NEEDED: planned failover of A->B [example]' });
    expect(mail?.message.split('\n')).toContain(link);
    expect(ask.log).toContain('approvers were not told');
  });

  test('show the page, and answer the state machine by its form', async () => {
    const shown = (await get()) as { statusCode: number; body: string };
    expect(shown.statusCode).toBe(200);
    expect(sent).toEqual([]);
    const form = formOf(shown.body, 'approve', { by: 'bert', typed: run.hash.slice(0, 8) });
    const post = functionUrlEvent({ method: 'POST', form, headers: { 'sec-fetch-site': 'same-origin' } });
    expect((await page.invoke(post)).result).toMatchObject({ statusCode: 200 });
    expect(sent).toEqual([
      {
        target: 'AWSStepFunctions.SendTaskSuccess',
        body: {
          taskToken: 'task-token',
          output: JSON.stringify({ hash: run.hash, by: 'bert (by the link, from 192.0.2.7)' }),
        },
      },
    ]);
    expect((await page.invoke(post)).result).toMatchObject({ statusCode: 410 });
    expect(await get()).toMatchObject({ statusCode: 410, body: expect.stringContaining('bert (by the link') });
    expect(sent).toHaveLength(1);
  });

  test('log no link and no key', () => {
    const signature = link.split('.').at(-1) ?? '?';
    for (const { lambda } of parts) {
      expect(lambda.log.length).toBeGreaterThan(50);
      for (const secret of [signature, KEY, 'task-token']) expect(holds(lambda.log, secret)).toBe(false);
    }
  });

  test('a key that cannot be read costs the link, and not the message', async () => {
    for (const name of [...secrets.secrets.keys()].filter((one) => !one.startsWith('lab/'))) {
      secrets.secrets.set(name, { kind: 'error', status: 400, error: 'ResourceNotFoundException' });
    }
    const cold = await start('FailoverLinkAsk');
    secrets.secrets.clear();
    const event = { task: 'ask-approval', flow: 'A->B', runId: run.id, by: 'anna', hash: run.hash, token: 'other' };
    expect((await cold.invoke(event)).result).toEqual({ runId: run.id });
    expect(sns.take().at(-1)?.message).toContain('No link could be made');
    expect(cold.log).toContain('SECRET_NOT_FOUND');
  });
});
