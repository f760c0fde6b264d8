import * as z from 'zod';
import type { AlarmClearance } from '../../shared/domain/notify/alarm-clearance.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

const time = z.string().transform((text, context) => {
  // `2023-08-04T12:36:15.490+0000` has no colon in its offset, as JavaScript wants it.
  const at = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  if (!Number.isNaN(at)) return at;
  context.addIssue('must be a time');
  return z.NEVER;
});

const state = z.object({
  value: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
  reason: z.string().default(''),
  timestamp: time,
});

/** What CloudWatch gives to the function of an alarm's action (CloudWatch User Guide, "Invoke a Lambda function from an alarm"). */
const schema = z.object({
  source: z.literal('aws.cloudwatch'),
  alarmArn: z.string().min(1),
  accountId: z.string().min(1),
  region: z.string().min(1),
  alarmData: z.object({
    alarmName: z.string().min(1),
    state: state.extend({ value: z.literal('OK') }),
    previousState: state,
    configuration: z.looseObject({ description: z.string().default(''), alarmRule: z.string().optional() }),
  }),
});

/** @throws InvalidInputError */
export function parseAlarmClearedEvent(event: unknown): AlarmClearance {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('event', parsed.error);
  const { alarmArn, accountId, region, alarmData } = parsed.data;
  const { alarmName, state: now, previousState: before, configuration } = alarmData;
  return {
    name: alarmName,
    arn: alarmArn,
    description: configuration.description,
    kind: configuration.alarmRule === undefined ? 'metric' : 'composite',
    account: accountId,
    region,
    reason: now.reason,
    at: now.timestamp,
    before: { state: before.value, reason: before.reason, since: before.timestamp },
    configuration,
  };
}
