import { statSync } from 'node:fs';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { type HttpReceiver, startHttpReceiver } from '../../../lab/http-receiver.ts';
import { LambdaFunction } from '../../../lab/lambda-function.ts';
import { type SecretsEndpoint, startSecretsEndpoint } from '../../../lab/secrets-endpoint.ts';
import { failoverNow } from '../../../shared/domain/notify/failover-now.ts';
import { followFindings } from '../../../shared/domain/notify/follow-findings.ts';
import { type Bundled, bundle } from '../../infra/bundled.ts';
import { holdingFiles, holds } from '../../infra/holding-files.ts';
import { exampleSettings } from '../../infra/synthesize.ts';
import { BEGIN, digest, reportWith, stopped } from '../../shared/domain/notify/events-fixture.ts';

const TABLE = 'tidemark-history';
const TOKEN = 'T00/B00/hunter2hunter2';

/** The function as CDK bundles it, with the variables of the template, against local endpoints. */
describe('the deployed notify function', () => {
  let bundled: Bundled;
  let local: DynamoDbLocal;
  let receiver: HttpReceiver;
  let secrets: SecretsEndpoint;
  let lambda: LambdaFunction;

  beforeAll(async () => {
    const pages = { severity: 'critical', email: false, webhook: { secretsManager: 'lab/pages', key: 'url' } } as const;
    bundled = bundle({ ...exampleSettings, pages, historyTable: TABLE }, 'Notify');
    [local, receiver, secrets] = await Promise.all([
      DynamoDbLocal.start(),
      startHttpReceiver(),
      startSecretsEndpoint(),
    ]);
    await local.createHistoryTable(TABLE);
    secrets.secrets.set('lab/pages', { kind: 'text', text: JSON.stringify({ url: `${receiver.url}/${TOKEN}` }) });
    lambda = await LambdaFunction.start({
      bundle: bundled.bundle,
      timeoutMs: bundled.timeoutMs,
      environment: {
        ...bundled.variables,
        // DynamoDB Local separates tables by Region and access key.
        AWS_REGION: 'local',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      },
    });
  });
  afterAll(async () => {
    await lambda?.stop();
    bundled?.remove();
    await Promise.all([local?.stop(), receiver?.close(), secrets?.close()]);
  });

  const report = reportWith([stopped]);
  const [event] = followFindings({
    isRefused: false,
    before: null,
    report,
    at: BEGIN,
    failover: failoverNow(report, 'mm2'),
    digest,
  }).events;
  const detail = { schema: 'tidemark.finding-event/1', deployment: 'example', ...event };

  test('is smaller than 2 MB', () => {
    expect(statSync(bundled.bundle).size).toBeLessThan(2_000_000);
  });

  test('pages once for an event that is delivered twice, and no log line has the URL', async () => {
    expect((await lambda.invoke({ detail })).result).toEqual({ kind: 'page', sent: ['webhook'] });
    expect((await lambda.invoke({ detail })).result).toEqual({ kind: 'page', sent: [] });
    expect(receiver.bodies).toHaveLength(1);
    expect(JSON.parse(receiver.bodies[0] ?? '')).toMatchObject({
      page: {
        title: 'CRITICAL MIRROR_STOPPED: flow A->B [example]',
        command: `tidemark audit --config tidemark.yaml --history dynamodb:${TABLE} --flow 'A->B' --as-of 2026-11-20T10:00:00.000Z`,
      },
    });
    expect(secrets.asked).toEqual(['lab/pages']);
    expect(lambda.log).toContain('event handled');
    expect(lambda.log).not.toContain('hunter2');
  });

  test('nothing that is uploaded, logged, sent or stored has the token of the receiver', async () => {
    expect(holdingFiles(bundled.folder, TOKEN)).toEqual([]);
    expect(holdingFiles(bundled.folder, 'lab/pages')).not.toEqual([]);
    const client = local.client();
    const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE }));
    client.destroy();
    const texts = [lambda.log, receiver.bodies.join(), JSON.stringify(Items)];
    expect(texts.map((text) => holds(text, TOKEN))).toEqual([false, false, false]);
    expect(texts.map((text) => text.length > 100)).toEqual([true, true, true]);
  });

  test('refuses an event that is not of Tidemark, without its content in the log', async () => {
    const answer = await lambda.invoke({ detail: { ...detail, flow: 7, note: 'hunter2' } });
    expect(answer.error).toMatchObject({ code: 'EVENT_INVALID' });
    expect(lambda.log).not.toContain('hunter2');
  });
});
