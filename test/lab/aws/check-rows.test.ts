import { describe, expect, test } from '@jest/globals';
import { resourceRows } from '../../../lab/aws/check-rows.ts';
import { NOT_MADE, REFUSED } from '../../../lab/aws/gaps.ts';
import { synthesize } from '../../infra/synthesize.ts';

const of = (type: string, ...physicalIds: (string | null)[]) =>
  physicalIds.map((physicalId, index) => ({ logicalId: `R${index}`, type, physicalId }));
const outcomes = (...resources: Parameters<typeof resourceRows>[0]) =>
  resourceRows(resources).map(({ what, outcome, why }) => [what, outcome, why]);

describe('what the drill says of the resources of a stack', () => {
  test('GIVEN that all of a type were made THEN it held, also without a name', () => {
    expect(outcomes(...of('AWS::SQS::Queue', 'url', ''))).toEqual([['2 AWS::SQS::Queue', 'held', '']]);
  });

  test('GIVEN that one was not made THEN it failed, and is named', () => {
    expect(outcomes(...of('AWS::SQS::Queue', 'url', null))).toEqual([['2 AWS::SQS::Queue', 'failed', 'not made: R1']]);
  });

  test('GIVEN a type that moto is known not to make THEN it is skipped, with the reason', () => {
    const [row] = outcomes(...of('AWS::CloudWatch::Alarm', null));
    expect(row).toEqual(['1 AWS::CloudWatch::Alarm', 'skipped', expect.stringContaining('drill:alarms')]);
  });

  test('GIVEN that it makes such a type after all THEN it held: a gap does not hide that it is gone', () => {
    expect(outcomes(...of('AWS::CloudWatch::Alarm', 'name'))).toEqual([['1 AWS::CloudWatch::Alarm', 'held', '']]);
  });

  test('every gap is of a type that the stack has', () => {
    const maintenance = [{ name: 'a', schedule: 'cron(0 2 * * SUN)', duration: 'PT2H', timezone: 'UTC' }];
    const evidence = { retentionDays: 1, mode: 'governance' } as const;
    const failover = { approvalSeconds: 900, approvalLink: false, secrets: {}, names: {}, policyArns: {}, evidence };
    const types = Object.values(
      synthesize({ maintenance, alarmEmails: ['on-call@example.com'], failover }).toJSON().Resources as Record<
        string,
        { Type: string }
      >,
    );
    const found = new Set(types.map(({ Type }) => Type));
    expect(Object.keys(NOT_MADE).filter((type) => !found.has(type))).toEqual([]);
    expect(REFUSED.filter((type) => NOT_MADE[type] === undefined)).toEqual([]);
  });
});
