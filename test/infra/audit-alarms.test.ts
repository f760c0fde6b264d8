import { beforeAll, describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { auditFunctionsCount } from '../../infra/audit-functions-count.ts';
import { dimensionValue } from '../../shared/adapters/cloudwatch/dimension-value.ts';
import {
  ALARMS,
  type AlarmDefinition,
  type AlarmKey,
  COMPOSITE_ALARMS,
  type CompositeAlarmDefinition,
  notifiedBy,
} from '../../shared/contract/alarms.ts';
import { METRICS, type MetricDefinition } from '../../shared/contract/metrics.ts';
import { alarmOf, isInAlarm } from './alarm-evaluation.ts';
import { playAlarms } from './alarm-minutes.ts';
import { LIMITS, MANY_FLOWS } from './stacks.ts';
import { exampleSettings, synthesize } from './synthesize.ts';

const FLOW = 'east->west';
const all = Object.entries(ALARMS) as [AlarmKey, AlarmDefinition][];
const composites = Object.values<CompositeAlarmDefinition>(COMPOSITE_ALARMS);

describe('the alarms of a deployment', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize(LIMITS);
  });

  const topic = (prefix: string) => ({
    Ref: Object.keys(template.findResources('AWS::SNS::Topic')).find((id) => id.startsWith(prefix)),
  });
  const cleared = (prefix: string) => ({
    'Fn::GetAtt': [
      Object.keys(template.findResources('AWS::Lambda::Function')).find((id) => id.startsWith(`${prefix}Cleared`)),
      'Arn',
    ],
  });
  const nameOf = ({ about, path }: AlarmDefinition) => `/${about === 'deployment' ? '' : `${FLOW}/`}${path}`;

  test('there are those of the contract and no others', () => {
    template.resourceCountIs('AWS::CloudWatch::Alarm', all.length);
    template.resourceCountIs('AWS::CloudWatch::CompositeAlarm', composites.length);
  });

  test.each(all)('%s watches its metric, links to its runbook section, and pages or writes a ticket', (key, alarm) => {
    const { metric, verdict, missing } = alarm;
    const limit = typeof alarm.threshold === 'number' ? alarm.threshold : LIMITS[alarm.threshold];
    const isOwn = metric in METRICS;
    const isNotifiedByAnother = notifiedBy(key) !== null;
    const receiver = alarm.urgency === 'page' ? 'OnCall' : 'Tickets';
    const action = isNotifiedByAnother ? Match.absent() : [topic(receiver)];
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `Tidemark-example${nameOf(alarm)}`,
      AlarmDescription: `${alarm.description} Runbook: docs/runbook.md#${alarm.section}`,
      MetricName: metric,
      ...(isOwn && {
        Namespace: 'Tidemark',
        Dimensions: [
          { Name: 'Deployment', Value: 'example' },
          ...(alarm.about === 'deployment' ? [] : [{ Name: 'Flow', Value: FLOW }]),
          ...(verdict === undefined ? [] : [{ Name: 'Verdict', Value: verdict }]),
        ],
      }),
      Statistic: alarm.statistic,
      ComparisonOperator: alarm.comparison,
      Threshold: metric === 'Duration' ? limit * 1_000 : limit,
      Period: 60,
      DatapointsToAlarm: alarm.datapoints,
      EvaluationPeriods: alarm.periods,
      TreatMissingData: missing,
      AlarmActions: action,
      OKActions: isNotifiedByAnother ? Match.absent() : [cleared(receiver)],
      InsufficientDataActions: missing === 'missing' ? action : Match.absent(),
    });
  });

  test.each(all)(
    '%s: no page before the first data, one while the limit is passed, none at the limit',
    (_, definition) => {
      const alarm = alarmOf(template, nameOf(definition));
      const of = (value: number) => [
        {
          Namespace: alarm.Namespace,
          MetricName: alarm.MetricName,
          Dimensions: alarm.Dimensions,
          Timestamp: 0,
          Unit: 'Count' as const,
          Values: [value],
          Counts: [1],
        },
      ];
      const beyond = definition.comparison === 'LessThanThreshold' ? -1 : 1;
      const silence = Array.from({ length: 10 }, () => []);
      const times = (value: number) => Array.from({ length: definition.periods }, () => of(value));
      expect(isInAlarm(alarm, silence)).toBe(false);
      expect(isInAlarm(alarm, times(alarm.Threshold))).toBe(false);
      expect(isInAlarm(alarm, times(alarm.Threshold + beyond))).toBe(true);
    },
  );

  test.each(['OnCall', 'Tickets'])('the alarms of this stack and no others may invoke the function behind %s', (to) => {
    const permissions = template.findResources('AWS::Lambda::Permission', {
      Properties: { Principal: 'lambda.alarms.cloudwatch.amazonaws.com', FunctionName: cleared(to) },
    });
    const [only, ...others] = Object.values(permissions);
    expect(others).toEqual([]);
    expect(only?.Properties).toMatchObject({
      Action: 'lambda:InvokeFunction',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { 'Fn::Join': ['', expect.arrayContaining([':alarm:Tidemark-example/*'])] },
    });
  });

  test('the ones about AWS watch the audit function and the queue of failures', () => {
    const [lambda] = Object.keys(template.findResources('AWS::Lambda::Function'));
    const [queue] = Object.keys(template.findResources('AWS::SQS::Queue'));
    const watching = (Namespace: string, Dimensions: unknown) =>
      template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace, Dimensions });
    watching('AWS/Lambda', [{ Name: 'FunctionName', Value: { Ref: lambda } }]);
    watching('AWS/SQS', [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }]);
  });

  test('GIVEN 300 flows THEN the stack fits, each flow has its dead-man alarm, and the others watch all together', () => {
    const email = { severity: 'critical', email: true } as const;
    const large = synthesize({ pages: email }, MANY_FLOWS);
    expect(Object.keys(large.toJSON().Resources).length).toBeLessThanOrEqual(500);
    const names = Object.values(large.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
      String(Properties.AlarmName).replace('Tidemark-example/', ''),
    );
    const functions = auditFunctionsCount({}, MANY_FLOWS.length);
    const together = all
      .filter(([, { about }]) => about !== 'flow')
      .flatMap(([, { path, perFunction }]) =>
        perFunction === 'alarm' ? Array.from({ length: functions }, (_, index) => `${path}-${index + 1}`) : [path],
      );
    const own = MANY_FLOWS.map((flow) => `${dimensionValue(flow)}/flow-not-audited`);
    expect([...names].sort()).toEqual([...together, ...own].sort());
    // The cause in one flow says nothing of another one.
    large.resourceCountIs('AWS::CloudWatch::CompositeAlarm', 0);
    for (const { Properties } of Object.values(large.findResources('AWS::CloudWatch::Alarm'))) {
      expect([Properties.AlarmName, Properties.AlarmActions]).toEqual([Properties.AlarmName, [expect.anything()]]);
    }
    expect(alarmOf(large, 'example/lag-unknown').Dimensions).toEqual([{ Name: 'Deployment', Value: 'example' }]);
  });

  test('every metric that alarms of all flows watch is published for all flows together', () => {
    for (const [name, { about, metric, verdict }] of all) {
      if (about !== 'flow-or-all') continue;
      const { dimensions }: MetricDefinition = METRICS[metric as keyof typeof METRICS];
      expect([name, dimensions]).toEqual([name, expect.arrayContaining([verdict === undefined ? [] : ['Verdict']])]);
    }
  });

  test('a limit of more than the timeout of the function could never be passed', () => {
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(exampleSettings.maxAuditSeconds).toBeLessThan(lambda?.Properties.Timeout);
  });
});

describe('one page for a cause', () => {
  const flows = [FLOW, 'west->east'];
  let template: Template;
  beforeAll(() => {
    template = synthesize({ maxLagRecords: 10, maxLossSeconds: 10, maxLossRecords: 10 }, flows);
  });

  const well = {
    AuditCompleted: 1,
    MirrorNotRunning: 0,
    'not-ready': 0,
    LagRecords: 0,
    LossSeconds: 0,
    LossRecords: 0,
  };
  const stopped = { ...well, MirrorNotRunning: 1, 'not-ready': 1, LagRecords: 11, LossSeconds: 11, LossRecords: 11 };
  const slow = { ...well, LagRecords: 11, LossSeconds: 11, LossRecords: 11 };
  const wrong = { ...well, 'not-ready': 1 };
  const times = <T>(count: number, minute: T): T[] => Array.from({ length: count }, () => minute);
  /** What the alarms of one flow notified, minute by minute, after all was well. */
  const notified = (minutes: readonly Readonly<Record<string, number>>[], without: readonly string[] = []) =>
    playAlarms(template, FLOW, [...times(6, well), ...minutes], without).filter(({ minute }) => minute > 6);
  const pages = (...args: Parameters<typeof notified>) =>
    notified(...args).flatMap(({ minute, path, state }) => (state === 'OK' ? [] : [`${path} ${minute - 6}`]));

  test.each(composites)(
    '$path is about alarms of its flow that have the same urgency, and a cause that notifies itself',
    (one) => {
      expect(ALARMS[one.cause]).toMatchObject({ urgency: one.urgency, about: 'flow-or-all' });
      expect(notifiedBy(one.cause)).toBeNull();
      for (const key of one.anyOf) expect(ALARMS[key]).toMatchObject({ urgency: one.urgency, about: 'flow-or-all' });
    },
  );

  test('GIVEN MM2 is killed and healed THEN one page, and all is clear at the end', () => {
    const all = notified([...times(15, stopped), ...times(15, well)]);
    expect(all.filter(({ state }) => state !== 'OK')).toEqual([
      { minute: 9, path: 'mirror-not-running', state: 'ALARM' },
    ]);
    expect(all.at(-1)?.state).toBe('OK');
  });

  test('GIVEN the limits are passed a minute before MM2 counts as stopped THEN one page', () => {
    expect(pages([slow, ...times(15, stopped), ...times(15, well)])).toEqual(['mirror-not-running 4']);
  });

  test('GIVEN MM2 runs again and stays behind THEN that pages when it had time to catch up', () => {
    expect(pages([...times(10, stopped), ...times(15, slow)])).toEqual(['mirror-not-running 3', 'behind 18']);
  });

  test('GIVEN MM2 is slow THEN one page for three limits', () => expect(pages(times(15, slow))).toEqual(['behind 5']));

  test('GIVEN two causes one after the other THEN each pages', () => {
    expect(pages([...times(10, wrong), ...times(10, { ...slow, 'not-ready': 1 }), ...times(10, stopped)])).toEqual([
      'failover-would-fail 5',
      'behind 15',
      'mirror-not-running 23',
    ]);
  });

  test('GIVEN the metric of the cause is not published, or its alarm was deleted and made again THEN the symptoms page', () => {
    expect(pages(times(15, stopped), ['MirrorNotRunning']).sort()).toEqual(['behind 5', 'failover-would-fail 5']);
    const neverKnown = playAlarms(template, FLOW, times(10, stopped), ['MirrorNotRunning']);
    expect(neverKnown.map(({ path }) => path).sort()).toEqual(
      expect.arrayContaining(['behind', 'failover-would-fail']),
    );
  });

  test('GIVEN MM2 of another flow is killed THEN this flow pages in spite of it', () => {
    const other = playAlarms(template, FLOW, [...times(6, well), ...times(10, slow)], [], { 'west->east': stopped });
    expect(other.filter(({ state }) => state === 'ALARM').map(({ path }) => path)).toEqual(['behind']);
  });
});
