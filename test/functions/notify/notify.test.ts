import { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHandler } from '../../../functions/notify/create-handler.ts';
import { parseNotifyEnvironment } from '../../../functions/notify/environment.ts';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { type HttpReceiver, startHttpReceiver } from '../../../lab/http-receiver.ts';
import { createDynamoDbPageJournal } from '../../../shared/adapters/dynamodb/dynamodb-page-journal.ts';
import { createSnsMailTarget } from '../../../shared/adapters/sns/sns-mail-target.ts';
import { createSlackTarget, createWebhookTarget } from '../../../shared/adapters/webhook/webhook-targets.ts';
import { Secret } from '../../../shared/config/connection/secret.ts';
import type { Finding } from '../../../shared/domain/model/finding.ts';
import { failoverNow } from '../../../shared/domain/notify/failover-now.ts';
import { followFindings, type OpenFinding } from '../../../shared/domain/notify/follow-findings.ts';
import type { PageTarget } from '../../../shared/notify/page-target.ts';
import { BEGIN, digest, known, MINUTE, reportWith, stopped } from '../../shared/domain/notify/events-fixture.ts';
import { lambdaContext } from '../audit/invocation.ts';

const TABLE = 'tidemark-history';
const TOKEN = 'T00/B00/hunter2hunter2';

describe('the notify function', () => {
  let local: DynamoDbLocal;
  let client: DynamoDBClient;
  let slack: HttpReceiver;
  let webhook: HttpReceiver;
  let sns: HttpReceiver;
  let lines: string[];
  let now: number;
  let runs = 0;

  beforeAll(async () => {
    local = await DynamoDbLocal.start();
    await local.createHistoryTable(TABLE);
    client = local.client();
    [slack, webhook, sns] = await Promise.all([startHttpReceiver(), startHttpReceiver(), startHttpReceiver()]);
  });
  beforeEach(() => {
    for (const receiver of [slack, webhook, sns]) {
      receiver.answer(200);
      receiver.forget();
    }
    lines = [];
    now = BEGIN;
    runs++;
  });
  afterAll(async () => {
    client?.destroy();
    await Promise.all([slack?.close(), webhook?.close(), sns?.close(), local?.stop()]);
  });

  function handler(over: { readonly targets?: readonly PageTarget[] } = {}) {
    const logger = new Logger({ serviceName: 'notify' });
    const keep = (line: string) => lines.push(line);
    Object.assign(logger, { console: { ...console, info: keep, error: keep, warn: keep } });
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'test' };
    const mail = new SNSClient({ endpoint: sns.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
    const targets = over.targets ?? [
      createSlackTarget(async () => new Secret(`${slack.url}/${TOKEN}`)),
      createWebhookTarget(async () => new Secret(`${webhook.url}/${TOKEN}`), 'prod'),
      createSnsMailTarget(mail, 'arn:aws:sns:eu-central-1:111122223333:on-call'),
    ];
    return createHandler({
      logger,
      clock: { now: () => now },
      journal: createDynamoDbPageJournal(client, TABLE),
      targets: () => targets,
      least: 'critical',
      runbookUrl: 'https://wiki.example/runbook',
      options: ['--history', `dynamodb:${TABLE}`],
    });
  }

  /** EventBridge's events for the findings of consecutive audits. */
  function eventsOf(...audits: readonly (readonly Finding[])[]): readonly object[] {
    let open: readonly OpenFinding[] | null = null;
    return audits.flatMap((findings, minute) => {
      const report = { ...reportWith(findings), flow: `A${runs}->B` };
      const at = BEGIN + minute * MINUTE;
      const next = followFindings({
        isRefused: false,
        before: open,
        report,
        at,
        failover: failoverNow(report, 'mm2'),
        digest,
      });
      open = next.open;
      return next.events.map((event) => ({
        version: '0',
        source: 'tidemark',
        detail: { schema: 'tidemark.finding-event/1', deployment: 'prod', ...JSON.parse(JSON.stringify(event)) },
      }));
    });
  }
  const invoke = (event: unknown, over = {}) => handler(over)(event, lambdaContext(10_000));
  const counts = () => [slack, webhook, sns].map(({ bodies }) => bodies.length);

  test('a finding that opens pages every receiver in its form, and its end says so', async () => {
    const [opened, closed] = eventsOf([stopped], []);
    expect(await invoke(opened)).toEqual({ kind: 'page', sent: ['slack', 'webhook', 'email'] });
    expect(JSON.parse(slack.bodies[0] ?? '')).toMatchObject({ blocks: [{ type: 'header' }, { type: 'rich_text' }] });
    expect(JSON.parse(webhook.bodies[0] ?? '')).toMatchObject({ schema: 'tidemark.page/1', deployment: 'prod' });
    const mail = new URLSearchParams(sns.bodies[0]);
    expect(mail.get('Subject')).toBe(`CRITICAL MIRROR_STOPPED: flow A${runs}->B [prod]`);
    expect(mail.get('Message')).toContain(`tidemark audit --history dynamodb:${TABLE} --flow 'A${runs}->B' --as-of`);
    expect(await invoke(closed)).toMatchObject({ kind: 'resolved' });
    expect(counts()).toEqual([2, 2, 2]);
  });

  test('GIVEN an event that is delivered twice, also at the same time, THEN there is no second page', async () => {
    const [opened] = eventsOf([stopped]);
    const both = await Promise.allSettled([invoke(opened), invoke(opened)]);
    // One that finds a receiver taken fails, so that its event is delivered again: the other one may die.
    for (const one of both) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'PAGE_TAKEN' });
    expect(await invoke(opened)).toEqual({ kind: 'page', sent: [] });
    expect(counts()).toEqual([1, 1, 1]);
  });

  test('GIVEN a receiver that fails THEN the others are paged, the invocation fails, and its repetition pages only that one', async () => {
    const [opened] = eventsOf([stopped]);
    slack.answer(503);
    await expect(invoke(opened)).rejects.toMatchObject({ code: 'WEBHOOK_REFUSED', retriable: true });
    expect(counts()).toEqual([0, 1, 1]);
    slack.answer(200);
    expect(await invoke(opened)).toEqual({ kind: 'page', sent: ['slack'] });
    expect(counts()).toEqual([1, 1, 1]);
  });

  test('GIVEN a process that died while it sent THEN another one sends after a minute', async () => {
    const [opened] = eventsOf([stopped]);
    const sending = Promise.withResolvers<void>();
    const send = () => {
      sending.resolve();
      return new Promise<void>(() => undefined);
    };
    const dying: PageTarget = { name: 'webhook', send };
    // Its invocation ends with its time, when another suite of this process may run.
    void invoke(opened, { targets: [dying] }).catch(() => undefined);
    await sending.promise;
    const alive = [createWebhookTarget(async () => new Secret(webhook.url), 'prod')];
    await expect(invoke(opened, { targets: alive })).rejects.toMatchObject({ code: 'PAGE_TAKEN', retriable: true });
    expect(webhook.bodies).toHaveLength(0);
    now += MINUTE + 1;
    expect(await invoke(opened, { targets: alive })).toEqual({ kind: 'page', sent: ['webhook'] });
    expect(await invoke(opened, { targets: alive })).toEqual({ kind: 'page', sent: [] });
    expect(webhook.bodies).toHaveLength(1);
  });

  test('acknowledged findings and warnings page nobody', async () => {
    const acknowledged = { ...stopped, acknowledged: known };
    for (const event of eventsOf([acknowledged], [])) expect(await invoke(event)).toEqual({ kind: null, sent: [] });
    for (const event of eventsOf([{ ...stopped, severity: 'warning' }], [])) await invoke(event);
    expect(counts()).toEqual([0, 0, 0]);
  });

  test.each([{}, { detail: {} }, { detail: { schema: 'tidemark.finding-event/2' } }, null])(
    'GIVEN the poisoned event %j THEN the invocation fails with a code, and pages nobody',
    async (event) => {
      await expect(invoke(event)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
      expect(counts()).toEqual([0, 0, 0]);
    },
  );

  test.each([
    [404, 'WEBHOOK_REFUSED'],
    [302, 'WEBHOOK_REFUSED'],
    [500, 'WEBHOOK_REFUSED'],
    [0, 'WEBHOOK_UNREACHABLE'],
  ])('GIVEN a webhook that answers %s THEN neither log nor error has its URL', async (status, code) => {
    const [opened] = eventsOf([stopped]);
    slack.answer(status || 200);
    const url = status === 0 ? `http://127.0.0.1:1/${TOKEN}` : `${slack.url}/${TOKEN}`;
    const error = await invoke(opened, { targets: [createSlackTarget(async () => new Secret(url))] }).catch((e) => e);
    expect(error).toMatchObject({ code });
    expect(`${error.message}${error.stack}${JSON.stringify(error)}${lines.join('')}`).not.toContain('hunter2');
    expect(lines.join('')).toContain(code);
  });

  test('GIVEN text instead of a URL THEN the error does not show it', async () => {
    const [opened] = eventsOf([stopped]);
    const error = await invoke(opened, { targets: [createSlackTarget(async () => new Secret('hunter2'))] }).catch(
      (e) => e,
    );
    expect(error).toMatchObject({ code: 'WEBHOOK_INVALID' });
    expect(`${error.message}${error.stack}${lines.join('')}`).not.toContain('hunter2');
  });

  test('the environment names every variable that is wrong', () => {
    expect(() => parseNotifyEnvironment({ TIDEMARK_PAGE_SEVERITY: 'loud', TIDEMARK_PAGE_SECRETS: '{' })).toThrow(
      /TIDEMARK_HISTORY_TABLE.*TIDEMARK_RUNBOOK_URL.*TIDEMARK_PAGE_SEVERITY.*TIDEMARK_PAGE_SECRETS/s,
    );
  });
});
