import { beforeAll, describe, expect, test } from '@jest/globals';
import { matchesPattern } from '../../../lab/local/event-pattern.ts';
import { type Stack, stackOfTemplate } from '../../../lab/local/stack-template.ts';
import { AUDIT_ENVIRONMENT, AUDIT_EVENT, NOTIFY_ENVIRONMENT } from '../../../shared/contract/environment.ts';
import { FINDING_EVENT_SOURCE, FINDING_EVENT_TYPES } from '../../../shared/contract/finding-events.ts';
import { synthesize } from '../../infra/synthesize.ts';

describe('what a synthesized template deploys', () => {
  let stack: Stack;
  beforeAll(() => {
    const template = synthesize({ pages: { severity: 'critical', email: true } }).toJSON();
    // Without bundling there are no assets; CDK writes their folders into the metadata.
    for (const resource of Object.values<Record<string, unknown>>(template.Resources)) {
      if (!/^AWS::Lambda::(Function|LayerVersion)$/.test(String(resource.Type))) continue;
      const id = String(resource.Type).endsWith('Function') ? 'code' : 'layer';
      resource.Metadata = { 'aws:asset:path': `asset.${id}` };
    }
    stack = stackOfTemplate(template, '/out');
  });
  const functionOf = (prefix: string) => stack.functions.find(({ id }) => id.startsWith(prefix));

  test('the schedule invokes the audit function, with the fields that it reads, without further attempts', () => {
    const audit = functionOf('Audit');
    expect(stack.schedules.map((one) => one.function)).toEqual([audit?.id]);
    expect(Object.keys(JSON.parse(stack.schedules[0]?.input ?? ''))).toEqual(Object.values(AUDIT_EVENT));
    expect(audit).toMatchObject({ retries: 0, timeoutMs: 50_000, bundle: '/out/asset.code/index.js' });
    expect(stack.queues).toEqual([audit?.failures]);
    expect(audit?.variables[AUDIT_ENVIRONMENT.configFile]).toBe('/out/asset.layer/tidemark.yaml');
  });

  test('both functions use the table, and the pages go to the topic of the alarms', () => {
    const [table] = stack.tables.keys();
    const [onCall] = stack.topics.keys();
    expect(functionOf('Audit')?.variables[AUDIT_ENVIRONMENT.historyTable]).toBe(table);
    expect(functionOf('Notify')?.variables).toMatchObject({
      [NOTIFY_ENVIRONMENT.historyTable]: table,
      [NOTIFY_ENVIRONMENT.mailTopic]: onCall,
    });
    expect(functionOf('Notify')?.retries).toBe(2);
    expect([...stack.topics.values()]).toEqual(['Tidemark alarms', 'Tidemark tickets']);
    expect(new Set(stack.alarms.flatMap(({ AlarmActions }) => AlarmActions))).toEqual(new Set(stack.topics.keys()));
  });

  test('the rule gives events of findings to the notify function', () => {
    expect(stack.rules.map((rule) => rule.functions)).toEqual([[functionOf('Notify')?.id]]);
    const event = (deployment: string) => ({
      source: FINDING_EVENT_SOURCE,
      'detail-type': FINDING_EVENT_TYPES.opened,
      detail: { deployment },
    });
    const [rule] = stack.rules;
    expect(['example', 'other'].map((name) => matchesPattern(rule?.pattern ?? {}, event(name)))).toEqual([true, false]);
  });
});
