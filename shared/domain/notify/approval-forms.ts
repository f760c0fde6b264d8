import type { ApprovalNotice } from './approval-notice.ts';
import { type MailPage, mailSubject } from './mail-page.ts';
import {
  slackBold,
  slackBullet,
  slackCommand,
  slackFallback,
  slackHeader,
  slackParagraph,
  slackText,
} from './slack-text.ts';

const HOLDERS = 'Who has this link can approve or reject: do not pass it on.';
const NO_LINK = 'No link could be made: the log of the function says why. Approve with the control function.';

/** Slack does not open the link for a preview. Other programs may: opening it changes nothing. */
export function slackApproval({ title, run, hash, facts, until, link, command }: ApprovalNotice): object {
  const way =
    link === null
      ? [slackText(NO_LINK)]
      : [{ type: 'link', url: link, text: 'Look at it, and approve or reject' }, slackText(`\n${HOLDERS}`)];
  return {
    text: slackFallback(title),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      slackHeader(`🟠 ${title}`),
      {
        type: 'rich_text',
        elements: [
          slackParagraph(slackText(`Run ${run} waits for an approval until ${until}.`)),
          ...facts.map((fact) => slackBullet(fact)),
          slackParagraph(slackBold('\nHash  '), slackText(hash)),
          slackParagraph(...way),
          slackParagraph(slackBold('\nAll that would be done')),
          slackCommand(command),
        ],
      },
    ],
  };
}

export function mailApproval({ title, run, hash, facts, until, link, command }: ApprovalNotice): MailPage {
  const way = link === null ? [NO_LINK] : ['Look at it, and approve or reject:', link, HOLDERS];
  const body = [
    title,
    '',
    `Run ${run} waits for an approval until ${until}.`,
    ...facts.map((fact) => `- ${fact}`),
    '',
    'Hash:',
    hash,
    '',
    ...way,
    '',
    'All that would be done:',
    `  ${command}`,
    '',
  ];
  return { subject: mailSubject(title), body: body.join('\n') };
}

/** For any other receiver of JSON. */
export function webhookApproval(notice: ApprovalNotice, deployment: string): object {
  return { schema: 'tidemark.approval-notice/1', deployment, notice };
}
