import { clipped } from './finding-event.ts';
import type { PageContent } from './page-content.ts';

/** SNS takes at most 100 printable ASCII characters as a subject (API reference, `Publish`). */
const LONGEST_SUBJECT = 100;

/** A mail in plain text. */
export interface MailPage {
  readonly subject: string;
  readonly body: string;
}

/** A page as a mail. Names have no line breaks and no control characters, so none can add a header or a line. */
export function mailPage(page: PageContent): MailPage {
  const body = [
    page.title,
    '',
    page.what,
    page.since,
    '',
    'A failover now:',
    ...page.failover.map(({ of, text }) => `${of === 'flow' ? '-' : '   -'} ${text}`),
    '',
    `Runbook: ${page.runbook}`,
    'Look closer:',
    `  ${page.command}`,
    '',
  ];
  return { subject: mailSubject(page.title), body: body.join('\n') };
}

export function mailSubject(title: string): string {
  return clipped(title.replace(/[^\x20-\x7e]/gu, '?'), LONGEST_SUBJECT).replace(/…$/, '~');
}
