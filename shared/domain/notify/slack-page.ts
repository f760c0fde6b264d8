import type { PageContent } from './page-content.ts';
import {
  slackBold,
  slackBullet,
  slackCommand,
  slackFallback,
  slackHeader,
  slackParagraph,
  slackText,
} from './slack-text.ts';

/** A page as Slack's incoming webhooks take it. */
export function slackPage(page: PageContent): object {
  const icon = page.kind === 'page' ? '🔴' : '🟢';
  return {
    text: slackFallback(page.title),
    blocks: [
      slackHeader(`${icon} ${page.title}`),
      {
        type: 'rich_text',
        elements: [
          slackParagraph(slackText(`${page.what}\n`), slackText(page.since)),
          slackParagraph(slackBold('\nA failover now')),
          ...page.failover.map((line) => slackBullet(line.text, line.of === 'flow' ? 0 : 1)),
          slackParagraph(slackBold('\nRunbook  '), linkOrText(page.runbook)),
          slackParagraph(slackBold('Look closer')),
          slackCommand(page.command),
        ],
      },
    ],
  };
}

/** A runbook in the repository has a path, which is no link. */
function linkOrText(url: string): object {
  return /^https?:\/\//.test(url) ? { type: 'link', url } : { type: 'text', text: url };
}
