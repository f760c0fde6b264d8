import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { TidemarkError } from '../../domain/model/errors.ts';
import { mailPage } from '../../domain/notify/mail-page.ts';
import type { PageTarget } from '../../notify/page-target.ts';

/** Sends pages as mails through an SNS topic, to the addresses that confirmed their subscription. */
export function createSnsMailTarget(client: SNSClient, topicArn: string): PageTarget {
  return {
    name: 'email',
    async send(page) {
      const { subject, body } = mailPage(page);
      try {
        await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body }));
      } catch (cause) {
        const why = cause instanceof Error ? cause.name : 'no answer';
        throw new TidemarkError('MAIL_NOT_SENT', `SNS did not take the mail (${why})`, {
          cause,
          retriable: true,
          remedy: 'Check that the topic exists and that the function may publish to it.',
        });
      }
    },
  };
}
