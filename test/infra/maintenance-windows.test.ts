import { describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { settingsSchema } from '../../infra/settings.ts';
import { ALARMS, COMPOSITE_ALARMS } from '../../shared/contract/alarms.ts';
import { MANY_FLOWS } from './stacks.ts';
import { synthesize } from './synthesize.ts';
import { synthesizeChecked } from './synthesize-checked.ts';

const FLOWS = ['A->B', 'B->A'];
const weekly = { name: 'upgrade', schedule: 'cron(0 2 * * SUN)', duration: 'PT2H', timezone: 'Europe/Berlin' };

interface MuteRule {
  readonly Name: string;
  readonly Rule: { readonly Schedule: Record<string, unknown> };
  readonly MuteTargets: { readonly AlarmNames: readonly { readonly Ref: string }[] };
}

function rulesOf(template: Template): MuteRule[] {
  const rules = template.findResources('AWS::CloudWatch::AlarmMuteRule');
  return Object.values(rules).map(({ Properties }) => Properties as MuteRule);
}

function alarmsOf(template: Template) {
  return {
    ...template.findResources('AWS::CloudWatch::Alarm'),
    ...template.findResources('AWS::CloudWatch::CompositeAlarm'),
  };
}

/** Names of the alarms that a rule mutes. */
function mutedBy(template: Template, { MuteTargets }: MuteRule): string[] {
  const alarms = alarmsOf(template);
  return MuteTargets.AlarmNames.map(({ Ref }) => String(alarms[Ref]?.Properties.AlarmName)).sort();
}

describe('maintenance windows', () => {
  test('there is none unless the settings name one', () => {
    expect(rulesOf(synthesize({}, FLOWS))).toEqual([]);
  });

  test('a window mutes all alarms of the deployment, at its time', () => {
    const template = synthesizeChecked({ maintenance: [weekly] });
    const [rule, ...others] = rulesOf(template);
    expect(others).toEqual([]);
    expect(rule).toMatchObject({
      Name: 'Tidemark-example-upgrade',
      Rule: { Schedule: { Expression: 'cron(0 2 * * SUN)', Duration: 'PT2H', Timezone: 'Europe/Berlin' } },
    });
    const alarms = Object.values(alarmsOf(template));
    expect(rule && mutedBy(template, rule)).toEqual(alarms.map(({ Properties }) => Properties.AlarmName).sort());
  });

  test('a window of a flow mutes its alarms and the dead-man alarm that needs every flow, and no other', () => {
    const template = synthesize({ maintenance: [{ ...weekly, flows: ['A->B'] }] }, FLOWS);
    const [rule] = rulesOf(template);
    const ofFlow = Object.values(ALARMS).filter(({ about }) => about !== 'deployment');
    const paths = [...ofFlow, ...Object.values(COMPOSITE_ALARMS)].map(({ path }) => `A->B/${path}`);
    expect(rule && mutedBy(template, rule)).toEqual(
      [...paths, 'audit-not-completed'].map((path) => `Tidemark-example/${path}`).sort(),
    );
  });

  test('GIVEN more alarms than a rule takes THEN there are several rules, and each alarm is in one', () => {
    const template = synthesize({ maintenance: [weekly] }, MANY_FLOWS);
    const rules = rulesOf(template);
    expect(rules.every(({ MuteTargets }) => MuteTargets.AlarmNames.length <= 100)).toBe(true);
    const muted = rules.flatMap((rule) => mutedBy(template, rule));
    expect(muted).toHaveLength(Object.keys(alarmsOf(template)).length);
    expect(new Set(muted).size).toBe(muted.length);
    expect(new Set(rules.map(({ Name }) => Name)).size).toBe(rules.length);
  });

  test.each([
    [FLOWS, 'A->C', 'there is no flow A->C'],
    [MANY_FLOWS, 'plant-1->centre', 'have their alarms together'],
  ])('GIVEN a window that cannot be about its flows THEN synthesis says why', (flows, flow, why) => {
    expect(() => synthesize({ maintenance: [{ ...weekly, flows: [flow] }] }, flows)).toThrow(
      expect.objectContaining({ code: 'SETTINGS_INVALID', message: expect.stringContaining(why) }),
    );
  });

  test.each([
    { ...weekly, schedule: 'cron(0 2 * *)' },
    { ...weekly, schedule: 'rate(1 day)' },
    { ...weekly, schedule: 'at(tomorrow)' },
    { ...weekly, duration: '2h' },
    { ...weekly, duration: 'P' },
    { ...weekly, duration: 'PT' },
    { ...weekly, name: 'a b' },
    { ...weekly, flows: [] },
  ])('GIVEN %j THEN the settings are refused', (window) => {
    const settings = (maintenance: readonly unknown[]) =>
      settingsSchema.safeParse({ deployment: { name: 'prod' }, configFolder: 'c', maintenance }).success;
    expect(settings([weekly, { ...weekly, name: 'once', schedule: 'at(2026-12-01T02:00)', duration: 'P2DT12H' }])).toBe(
      true,
    );
    expect(settings([window])).toBe(false);
    expect(settings([weekly, weekly])).toBe(false);
  });
});
