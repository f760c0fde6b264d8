import { beforeAll, describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { dimensionValue } from '../../shared/adapters/cloudwatch/dimension-value.ts';
import { ALARMS, type AlarmDefinition } from '../../shared/contract/alarms.ts';
import { METRICS, type MetricDefinition } from '../../shared/contract/metrics.ts';
import { alarmOf, isInAlarm } from './alarm-evaluation.ts';
import { LIMITS, MANY_FLOWS } from './stacks.ts';
import { exampleSettings, synthesize } from './synthesize.ts';

const FLOW = 'east->west';
const all = Object.entries<AlarmDefinition>(ALARMS);

describe('the alarms of a deployment', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize(LIMITS);
  });

  const topic = (prefix: string) => ({
    Ref: Object.keys(template.findResources('AWS::SNS::Topic')).find((id) => id.startsWith(prefix)),
  });
  const nameOf = ({ about, path }: AlarmDefinition) => `/${about === 'deployment' ? '' : `${FLOW}/`}${path}`;

  test('there are those of the contract and no others', () => {
    template.resourceCountIs('AWS::CloudWatch::Alarm', all.length);
  });

  test.each(all)('%s watches its metric, links to its runbook section, and pages or writes a ticket', (_, alarm) => {
    const { metric, verdict, missing } = alarm;
    const limit = typeof alarm.threshold === 'number' ? alarm.threshold : LIMITS[alarm.threshold];
    const isOwn = metric in METRICS;
    const action = [topic(alarm.urgency === 'page' ? 'OnCall' : 'Tickets')];
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
      OKActions: action,
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
    const together = all.filter(([, { about }]) => about !== 'flow').map(([, { path }]) => path);
    const own = MANY_FLOWS.map((flow) => `${dimensionValue(flow)}/flow-not-audited`);
    expect([...names].sort()).toEqual([...together, ...own].sort());
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
