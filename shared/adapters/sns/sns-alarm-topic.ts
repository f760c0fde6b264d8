import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { TidemarkError } from '../../domain/model/errors.ts';
import type { TopicMessage } from '../../domain/notify/clearance-message.ts';

/**
 * Publishes to the topic of alarms: a text for mails, JSON for all others.
 * @throws TidemarkError CLEARANCE_NOT_SENT
 */
export async function publishToAlarmTopic(client: SNSClient, topicArn: string, message: TopicMessage): Promise<void> {
  const structure = { default: message.json, email: message.mail };
  try {
    await client.send(
      new PublishCommand({
        TopicArn: topicArn,
        Subject: message.subject,
        MessageStructure: 'json',
        Message: JSON.stringify(structure),
      }),
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : 'no answer';
    throw new TidemarkError('CLEARANCE_NOT_SENT', `SNS did not take the message (${why})`, {
      cause,
      retriable: true,
      remedy: 'Check that the topic exists and that the function may publish to it.',
    });
  }
}
