import { statSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type CloudWatchEndpoint, startCloudWatchEndpoint } from '../../../lab/cloudwatch-endpoint.ts';
import { LambdaFunction } from '../../../lab/lambda-function.ts';
import { type SnsEndpoint, startSnsEndpoint } from '../../../lab/sns-endpoint.ts';
import { type Bundled, bundle } from '../../infra/bundled.ts';
import { exampleSettings } from '../../infra/synthesize.ts';

const NAME = 'Tidemark-example/A->B/flow-not-audited';
const NEW = 'Unchecked: Initial alarm creation';
const NO_DATA = 'Insufficient Data: 3 datapoints were unknown.';
const NOW = '2023-08-04T12:36:15.490+0000';

type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
interface Before {
  readonly value: State;
  readonly reason: string;
  readonly timestamp?: string;
  readonly actionsSuppressedBy?: string;
}

/** As in the CloudWatch User Guide, "Event object sent from CloudWatch to Lambda": of a metric alarm, and of a composite one. */
function event(kind: 'metric' | 'composite', before: Before) {
  const metric = { namespace: 'Tidemark', name: 'AuditCompleted', dimensions: { Deployment: 'example', Flow: 'A->B' } };
  const metricStat = { metric, period: 60, stat: 'Sum' };
  return {
    source: 'aws.cloudwatch',
    alarmArn: `arn:aws:cloudwatch:us-east-1:444455556666:alarm:${NAME}`,
    accountId: '444455556666',
    time: NOW,
    region: 'us-east-1',
    alarmData: {
      alarmName: NAME,
      state: { value: 'OK', reason: 'Threshold Crossed: 3 datapoints', timestamp: NOW },
      previousState: { timestamp: '2023-08-04T12:31:29.595+0000', ...before },
      configuration:
        kind === 'metric'
          ? { description: 'No audit.', metrics: [{ id: '1234e046', metricStat, returnData: true }] }
          : {
              description: 'Behind.',
              alarmRule: 'ALARM(a) OR ALARM(b)',
              actionsSuppressor: 'c',
              actionsSuppressorWaitPeriod: 120,
              actionsSuppressorExtensionPeriod: 300,
            },
    },
  };
}

/** As `aws cloudwatch describe-alarm-history` prints it (AWS CLI Command Reference). */
const left = (from: State, to: State) => ({
  Timestamp: Date.parse('2023-08-04T12:31:29Z') / 1_000,
  HistoryItemType: 'StateUpdate' as const,
  HistoryData: JSON.stringify({
    version: '1.0',
    oldState: { stateValue: from, stateReason: 'testing purposes {' },
    newState: { stateValue: to, stateReason: 'Threshold Crossed', stateReasonData: { version: '1.0' } },
  }),
});

/** The function as CDK bundles it, with the variables of the template, against local endpoints. */
describe('the deployed function that tells that an alarm is over', () => {
  let cloudWatch: CloudWatchEndpoint;
  let sns: SnsEndpoint;
  let bundled: Bundled;
  let lambda: LambdaFunction;
  beforeAll(async () => {
    [cloudWatch, sns] = await Promise.all([startCloudWatchEndpoint(), startSnsEndpoint()]);
    bundled = bundle(exampleSettings, 'OnCallCleared');
    lambda = await LambdaFunction.start({
      bundle: bundled.bundle,
      timeoutMs: bundled.timeoutMs,
      environment: {
        ...bundled.variables,
        AWS_REGION: 'local',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.url,
        AWS_ENDPOINT_URL_SNS: sns.url,
      },
    });
  });
  beforeEach(() => {
    cloudWatch.answerHistory(() => []);
    sns.take();
  });
  afterAll(async () => {
    await lambda?.stop();
    bundled?.remove();
    await Promise.all([cloudWatch?.close(), sns?.close()]);
  });

  test('is smaller than 2 MB', () => expect(statSync(bundled.bundle).size).toBeLessThan(2_000_000));

  const aMonthAgo = '2023-07-01T00:00:00.000+0000';
  const fromNoData = [left('INSUFFICIENT_DATA', 'OK')];
  test.each([
    ['a new alarm that was never evaluated', 'metric', { value: 'INSUFFICIENT_DATA', reason: NEW }, [], false],
    [
      'a new alarm that waited for its first data',
      'metric',
      { value: 'INSUFFICIENT_DATA', reason: NO_DATA },
      [],
      false,
    ],
    [
      'the same, if its history has that change already',
      'metric',
      { value: 'INSUFFICIENT_DATA', reason: NO_DATA },
      fromNoData,
      false,
    ],
    ['ALARM → OK', 'metric', { value: 'ALARM', reason: 'Threshold Crossed' }, [], true],
    [
      'OK → INSUFFICIENT_DATA, which pages → OK',
      'metric',
      { value: 'INSUFFICIENT_DATA', reason: NO_DATA },
      [...fromNoData, left('OK', 'INSUFFICIENT_DATA'), ...fromNoData],
      true,
    ],
    [
      'ALARM → INSUFFICIENT_DATA → OK',
      'metric',
      { value: 'INSUFFICIENT_DATA', reason: NO_DATA },
      [left('ALARM', 'INSUFFICIENT_DATA'), left('INSUFFICIENT_DATA', 'ALARM')],
      true,
    ],
    [
      'INSUFFICIENT_DATA for longer than CloudWatch keeps the history',
      'metric',
      { value: 'INSUFFICIENT_DATA', reason: NO_DATA, timestamp: aMonthAgo },
      [],
      true,
    ],
    ['a new composite alarm', 'composite', { value: 'INSUFFICIENT_DATA', reason: NEW }, [], false],
    [
      'a new composite alarm whose action waited for the alarm of its cause',
      'composite',
      { value: 'OK', reason: 'a', actionsSuppressedBy: 'WaitPeriod' },
      fromNoData,
      false,
    ],
    ['a composite alarm that was in ALARM', 'composite', { value: 'ALARM', reason: 'a' }, [], true],
    [
      'a composite alarm that was in ALARM, and whose action waited',
      'composite',
      { value: 'OK', reason: 'a', actionsSuppressedBy: 'WaitPeriod' },
      [left('ALARM', 'OK'), left('OK', 'ALARM'), ...fromNoData],
      true,
    ],
  ] as const)('%s', async (_, kind, before, history, told) => {
    cloudWatch.answerHistory((name) => (name === NAME ? history : []));
    expect(await lambda.invoke(event(kind, before))).toMatchObject({ result: { told } });
    expect(sns.take()).toHaveLength(told ? 1 : 0);
  });

  test('people get a text, and everything else the JSON that alarms publish', async () => {
    await lambda.invoke(event('metric', { value: 'ALARM', reason: 'Threshold Crossed: 1 datapoint' }));
    const [{ topic, subject, message, json } = { topic: '', subject: '', message: '', json: '{}' }] = sns.take();
    expect(topic).toMatch(/^OnCallTopic/);
    expect(subject).toBe(`OK: "${NAME}" in us-east-1`);
    expect(message.split('\n')).toEqual([
      `${NAME} is OK.`,
      '',
      'No audit.',
      '',
      'Before: ALARM since 2023-08-04T12:31:29.595+0000: Threshold Crossed: 1 datapoint',
      'Now: OK since 2023-08-04T12:36:15.490+0000: Threshold Crossed: 3 datapoints',
      '',
    ]);
    expect(JSON.parse(json ?? '')).toEqual({
      AlarmName: NAME,
      AlarmDescription: 'No audit.',
      AWSAccountId: '444455556666',
      NewStateValue: 'OK',
      NewStateReason: 'Threshold Crossed: 3 datapoints',
      StateChangeTime: NOW,
      Region: 'us-east-1',
      AlarmArn: `arn:aws:cloudwatch:us-east-1:444455556666:alarm:${NAME}`,
      OldStateValue: 'ALARM',
      Trigger: {
        MetricName: 'AuditCompleted',
        Namespace: 'Tidemark',
        Statistic: 'Sum',
        Period: 60,
        Dimensions: [
          { name: 'Deployment', value: 'example' },
          { name: 'Flow', value: 'A->B' },
        ],
      },
    });
  });

  test('what it does not understand, and a history that is refused, end the invocation: Lambda tries again', async () => {
    expect((await lambda.invoke({ source: 'aws.events' })).error).toMatchObject({ code: 'EVENT_INVALID' });
    cloudWatch.answerHistory(() => null);
    const unread = await lambda.invoke(event('metric', { value: 'INSUFFICIENT_DATA', reason: NO_DATA }));
    expect(unread.error).toMatchObject({ code: 'ALARM_HISTORY_UNREAD' });
    expect(sns.take()).toEqual([]);
  });
});
