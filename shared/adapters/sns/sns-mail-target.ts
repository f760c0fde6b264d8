import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { TidemarkError } from '../../domain/model/errors.ts';
import { mailApproval } from '../../domain/notify/approval-forms.ts';
import { type MailPage, mailPage } from '../../domain/notify/mail-page.ts';
import type { ApproverTarget } from '../../failover/approver-target.ts';
import type { PageTarget } from '../../notify/page-target.ts';

/** Sends pages as mails through an SNS topic, to the addresses that confirmed their subscription. */
export function createSnsMailTarget(client: SNSClient, topicArn: string): PageTarget {
  return { name: 'email', send: (page) => publish(client, topicArn, mailPage(page)) };
}

/** Tells the approvers of a run by mail. */
export function createSnsApprovers(client: SNSClient, topicArn: string): ApproverTarget {
  return { name: 'email', send: (notice) => publish(client, topicArn, mailApproval(notice)) };
}

async function publish(client: SNSClient, topicArn: string, { subject, body }: MailPage): Promise<void> {
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
}
