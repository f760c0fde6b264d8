import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { parseAuditEnvironment } from '../../functions/audit/environment.ts';
import { configuredSwitches } from '../../infra/configuration.ts';
import { nameDimensions } from '../../shared/adapters/cloudwatch/metric-dimensions.ts';
import { NAME_METRIC } from '../../shared/contract/name-metric.ts';
import { DANGEROUS_STEPS } from '../../shared/domain/failover/step-name.ts';
import { deployedVariables } from './deployed-variables.ts';
import { NAME, type NamedSettings, namedSettings, PAIR } from './named-settings.ts';
import { ServedRecord } from './served-record.ts';
import { exampleSettings, synthesize } from './synthesize.ts';
import { synthesizeChecked } from './synthesize-checked.ts';

const A = ['a.example.com'];
const B = ['b.example.com'];

describe('the names of clients in the stack', () => {
  let settings: NamedSettings;
  let template: Template;
  beforeAll(() => {
    settings = namedSettings();
    template = synthesize(settings.parts);
  });
  afterAll(() => settings.remove());

  test('break no rule of cdk-nag', () => {
    expect(() => synthesizeChecked(settings.parts)).not.toThrow();
  });

  test('are not there without a failover, and without records where the settings name no zone', () => {
    const { configFolder, failover } = settings.parts;
    synthesize({ configFolder }).resourceCountIs('AWS::Route53::HealthCheck', 0);
    const without = synthesize({ configFolder, failover: { ...failover, names: {} } });
    without.resourceCountIs('AWS::Route53::RecordSet', 0);
    without.resourceCountIs('AWS::Route53::HealthCheck', 1);
  });

  test('are a failover pair with the TTL of the settings', () => {
    const shared = { Name: `${NAME}.`, Type: 'CNAME', TTL: '5', HostedZoneId: PAIR.zone };
    template.hasResourceProperties('AWS::Route53::RecordSet', { ...shared, Failover: 'PRIMARY', ResourceRecords: A });
    template.hasResourceProperties('AWS::Route53::RecordSet', { ...shared, Failover: 'SECONDARY', ResourceRecords: B });
  });

  test('remain when the stack is deleted: clients use them', () => {
    for (const type of ['AWS::Route53::RecordSet', 'AWS::Route53::HealthCheck']) {
      for (const { DeletionPolicy } of Object.values(template.findResources(type)))
        expect(DeletionPolicy).toBe('Retain');
    }
    const [alarm] = Object.values(template.findResources('AWS::CloudWatch::Alarm')).filter(
      ({ Properties }) => Properties.Namespace === NAME_METRIC.namespace,
    );
    expect(alarm).toMatchObject({ DeletionPolicy: 'Retain', Properties: { Statistic: 'Maximum', Period: 60 } });
    // Route 53 follows no M of N.
    expect(alarm?.Properties.DatapointsToAlarm).toBeUndefined();
  });

  test('are published by the first audit function alone', () => {
    const names = new Map([[NAME, { primary: 'A', secondary: 'B' }]]);
    const many = synthesize({ ...settings.parts, auditFunctions: 2 });
    const published = Object.entries(many.findResources('AWS::Lambda::Function'))
      .filter(([id]) => id.startsWith('Audit'))
      .map(([, { Properties }]) => Properties.Environment.Variables.TIDEMARK_NAMES);
    expect(published.filter((one) => one !== undefined)).toHaveLength(1);
    expect(parseAuditEnvironment(deployedVariables(template)).names).toEqual(names);
  });

  test('are switched by one function alone: others may neither publish the metric nor write the side', () => {
    const statements = (prefix: string) =>
      Object.entries(template.findResources('AWS::IAM::Policy'))
        .filter(([id]) => id.startsWith(prefix))
        .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
    const publishes = (prefix: string) => JSON.stringify(statements(prefix)).includes(NAME_METRIC.namespace);
    const mayWrite = (prefix: string) =>
      !statements(prefix).some(
        ({ Effect, Condition }) => Effect === 'Deny' && JSON.stringify(Condition).includes('"names#*"'),
      );
    const steps = ['Read', 'Drain', 'CatchUp', ...DANGEROUS_STEPS].map((step) =>
      step.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    );
    for (const step of steps) {
      const isOwn = step === 'SwitchName';
      const prefix = `FailoverStep${step}Role`;
      expect([step, publishes(prefix), mayWrite(prefix)]).toEqual([step, isOwn, isOwn]);
    }
    expect([publishes('AuditRole'), mayWrite('AuditRole')]).toEqual([true, false]);
  });
});

describe('what Route 53 answers', () => {
  let template: Template;
  beforeAll(() => {
    const settings = namedSettings();
    template = synthesize(settings.parts);
    settings.remove();
  });

  /** Answers of minutes in which these values were published. */
  function answers(minutes: readonly (readonly number[])[]): readonly (readonly string[])[] {
    const served = new ServedRecord(template);
    return minutes.map((values) => {
      const metric = { Namespace: NAME_METRIC.namespace, MetricName: NAME_METRIC.name };
      const Dimensions = nameDimensions(exampleSettings.deployment.name, NAME);
      served.publish(values.map((value) => ({ ...metric, Dimensions, Values: [value], Counts: [1] })));
      return served.endMinute();
    });
  }
  const hours = (count: number) => Array.from({ length: count * 60 }, () => []);

  test('before anybody has switched the name: the primary record', () => {
    expect(new Set(answers(hours(2)).flat())).toEqual(new Set(A));
  });

  test('in the minute of a switch: the secondary record, also if an audit has published the old side', () => {
    expect(answers([[0], [0, 1], [1], [1]])).toEqual([A, B, B, B]);
  });

  test('after a switch back: the primary record, in the next minute at the latest', () => {
    expect(answers([[1], [1, 0], [0], [0]])).toEqual([B, B, A, A]);
  });

  test.each([
    ['the primary', 0, A],
    ['the secondary', 1, B],
  ])('while nobody publishes any more: %s record, as before', (_, side, record) => {
    expect(new Set(answers([[side], [side], ...hours(24)]).flat())).toEqual(new Set(record));
    // And when audits begin again.
    expect(answers([[side], ...hours(1), [side], [side]]).at(-1)).toEqual(record);
  });
});

describe('settings that say something else than the configuration', () => {
  test.each([
    [
      'another host',
      { [NAME]: { ...PAIR, primary: ['c.example.com'] } },
      '',
      /leads to c.example.com, and in B->A to a/,
    ],
    ['no such name', { 'other.example.com': PAIR }, '', /no flow switches other.example.com/],
    ['another deployment', {}, ', healthCheck: { deployment: prod }', /by the deployment prod/],
  ])('are refused: %s', (_, names, more, reason) => {
    const { parts, remove } = namedSettings(names, more);
    try {
      expect(() => configuredSwitches({ ...exampleSettings, ...parts })).toThrow(reason);
    } finally {
      remove();
    }
  });
});

test('routing controls are switched by one function alone, and no others', () => {
  const arn = 'arn:aws:route53-recovery-control::111122223333:controlpanel/0123/routingcontrol/b';
  const endpoints = ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-northeast-1', 'ap-southeast-2'].map(
    (region) => `${region}: "https://${region}.example.com/v1"`,
  );
  const control = `, routingControl: { turnOn: [${arn}], endpoints: { ${endpoints.join(', ')} } }`;
  const { parts, remove } = namedSettings({}, control);
  const policies = Object.entries(synthesizeChecked(parts).findResources('AWS::IAM::Policy'));
  remove();
  const having = policies.filter(([, one]) => JSON.stringify(one).includes('route53-recovery-cluster:'));
  expect(having.map(([id]) => id)).toEqual([expect.stringMatching(/^FailoverStepSwitchNameRole/)]);
  expect(having[0]?.[1].Properties.PolicyDocument.Statement).toContainEqual({
    Effect: 'Allow',
    Action: ['route53-recovery-cluster:GetRoutingControlState', 'route53-recovery-cluster:UpdateRoutingControlStates'],
    Resource: arn,
  });
});
