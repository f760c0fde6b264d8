import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { auditFunctionsCount } from '../../infra/audit-functions-count.ts';
import { AUDIT_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { playAlarms } from './alarm-minutes.ts';
import { MANY_FLOWS } from './stacks.ts';
import { synthesize, templateOf } from './synthesize.ts';

const FLOWS = Array.from({ length: 20 }, (_, index) => `plant-${index}->centre`);

interface FunctionProperties {
  readonly ReservedConcurrentExecutions: number;
  readonly Role: unknown;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

/** The functions that audit: there are others in the stack. */
function auditsOf(template: Template): [string, FunctionProperties][] {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  return functions.flatMap(([id, { Properties }]) =>
    AUDIT_ENVIRONMENT.part in Properties.Environment.Variables ? [[id, Properties]] : [],
  );
}

describe('how many functions share the flows', () => {
  test.each([
    [1, undefined, 1],
    [5, undefined, 1],
    [6, undefined, 2],
    [20, undefined, 4],
    [300, undefined, 10],
    [20, 1, 1],
    [20, 7, 7],
    [3, 7, 3],
  ])('%i flows, setting %p: %i', (flows, auditFunctions, wanted) => {
    expect(auditFunctionsCount({ auditFunctions }, flows)).toBe(wanted);
  });
});

describe('20 flows', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesize({}, FLOWS);
  });

  test('each function has its part, one role, and no second invocation beside another', () => {
    const audits = auditsOf(template);
    expect(audits.map(([, { Environment }]) => Environment.Variables[AUDIT_ENVIRONMENT.part])).toEqual([
      '1/4',
      '2/4',
      '3/4',
      '4/4',
    ]);
    for (const [, { ReservedConcurrentExecutions }] of audits) expect(ReservedConcurrentExecutions).toBe(1);
    expect(new Set(audits.map(([, { Role }]) => JSON.stringify(Role))).size).toBe(1);
    const invoked = Object.values(template.findResources('AWS::Lambda::EventInvokeConfig')).map(
      ({ Properties }) => Properties.FunctionName.Ref,
    );
    const ids = audits.map(([id]) => id);
    expect(invoked.filter((id) => ids.includes(id)).sort()).toEqual(ids.sort());
  });

  test('each has a schedule of its own, every minute', () => {
    const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    const targets = schedules.map(({ Properties }) => Properties.Target.Arn['Fn::GetAtt'][0]);
    expect(targets.sort()).toEqual(
      auditsOf(template)
        .map(([id]) => id)
        .sort(),
    );
    for (const { Properties } of schedules) expect(Properties.ScheduleExpression).toBe('rate(1 minute)');
  });

  test('each has an alarm on its duration', () => {
    const slow = Object.values(template.findResources('AWS::CloudWatch::Alarm')).filter(
      ({ Properties }) => Properties.MetricName === 'Duration',
    );
    expect(slow.map(({ Properties }) => String(Properties.AlarmName).split('/').at(-1))).toEqual([
      'audit-slow-1',
      'audit-slow-2',
      'audit-slow-3',
      'audit-slow-4',
    ]);
    const watched = slow.map(({ Properties }) => Properties.Dimensions[0].Value.Ref);
    expect(watched.sort()).toEqual(
      auditsOf(template)
        .map(([id]) => id)
        .sort(),
    );
  });

  test('GIVEN one function is missing, or saw too little, THEN audit-not-completed notifies; GIVEN all saw all THEN not', () => {
    const notified = (heartbeats: readonly number[]) => {
      const all = Array.from({ length: 6 }, () => [1, 1, 1, 1]);
      const minutes = [...all, ...Array.from({ length: 8 }, () => heartbeats)];
      return playAlarms(
        template,
        undefined,
        minutes.map((values) => ({ AuditCompleted: values })),
      ).filter(({ minute }) => minute > 6);
    };
    expect(notified([1, 1, 1])).toEqual([{ minute: 9, path: 'audit-not-completed', state: 'ALARM' }]);
    expect(notified([1, 1, 1, 0])).toEqual([{ minute: 9, path: 'audit-not-completed', state: 'ALARM' }]);
    expect(notified([])).toEqual([{ minute: 11, path: 'audit-not-completed', state: 'INSUFFICIENT_DATA' }]);
    expect(notified([1, 1, 1, 1])).toEqual([]);
  });

  test('300 flows with as many functions as the settings allow fit into a stack', () => {
    const large = synthesize({ auditFunctions: 20, pages: { severity: 'critical', email: true } }, MANY_FLOWS);
    expect(Object.keys(large.toJSON().Resources).length).toBeLessThanOrEqual(500);
    expect(auditsOf(large).filter(([id]) => id.startsWith('Audit'))).toHaveLength(20);
  });
});

test('GIVEN one flow THEN its resources have the ids that they have without parts, and nothing is said of parts', () => {
  const said: unknown[] = [];
  const template = templateOf({ parts: {}, also: (stack) => said.push(...stack.node.metadata) });
  const ids = Object.keys(template.toJSON().Resources);
  expect(ids.filter((id) => /^AuditFunction[0-9A-F]{8}$/.test(id))).toHaveLength(1);
  expect(ids.filter((id) => /^EveryMinuteSchedule[0-9A-F]{8}$/.test(id))).toHaveLength(1);
  expect(JSON.stringify(said)).not.toContain('audited by');
});

test('cdk synth prints how many functions there are', () => {
  const said: unknown[] = [];
  templateOf({ parts: {}, flows: FLOWS, also: (stack) => said.push(...stack.node.metadata) });
  expect(JSON.stringify(said)).toContain('20 flows are audited by 4 functions, at most 5 flows each');
});
