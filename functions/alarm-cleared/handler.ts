import { Logger } from '@aws-lambda-powertools/logger';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { statesLeft } from '../../shared/adapters/cloudwatch/alarm-history.ts';
import { publishToAlarmTopic } from '../../shared/adapters/sns/sns-alarm-topic.ts';
import { ALARM_CLEARED_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { AWS_CLIENT_SETTINGS } from '../runtime/aws-client-settings.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { logValue } from '../runtime/log-values.ts';
import { createHandler } from './create-handler.ts';

const parsed = z.object({ [ALARM_CLEARED_ENVIRONMENT.topic]: z.string().min(1) }).safeParse(process.env);
if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
const topic = parsed.data[ALARM_CLEARED_ENVIRONMENT.topic] ?? '';
// The alarms of a new stack ask together, more often than CloudWatch answers in a second.
const cloudWatch = new CloudWatchClient({ ...AWS_CLIENT_SETTINGS, maxAttempts: 8, retryMode: 'adaptive' });
const sns = new SNSClient(AWS_CLIENT_SETTINGS);

/** The composition root: creates everything that outlives one invocation. */
export const handler = createHandler({
  logger: new Logger({ jsonReplacerFn: logValue }),
  statesLeft: (clearance) => statesLeft(cloudWatch, clearance),
  publish: (message) => publishToAlarmTopic(sns, topic, message),
});
