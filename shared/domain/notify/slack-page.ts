import { clipped } from './finding-event.ts';
import type { PageContent } from './page-content.ts';

/** Slack refuses longer texts (Block Kit reference: header 150 characters, text 3,000). */
const LONGEST_TITLE = 150;
const LONGEST_TEXT = 2_900;

/**
 * A page as Slack's incoming webhooks take it. Names are only in `plain_text` and `rich_text` elements, which have no
 * markup, so no name can format the page, mention people or make a link. The fallback text is mrkdwn, and is escaped.
 */
export function slackPage(page: PageContent): object {
  const icon = page.kind === 'page' ? '🔴' : '🟢';
  const paragraph = (...elements: readonly object[]) => ({ type: 'rich_text_section', elements });
  const text = (value: string, style?: object) => ({
    type: 'text',
    text: clipped(value, LONGEST_TEXT),
    ...(style !== undefined && { style }),
  });
  const bold = (value: string) => text(value, { bold: true });
  return {
    text: escaped(clipped(page.title, LONGEST_TEXT)),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', emoji: false, text: clipped(`${icon} ${page.title}`, LONGEST_TITLE) },
      },
      {
        type: 'rich_text',
        elements: [
          paragraph(text(`${page.what}\n`), text(page.since)),
          paragraph(bold('\nA failover now')),
          ...page.failover.map((line) => ({
            type: 'rich_text_list',
            style: 'bullet',
            indent: line.of === 'flow' ? 0 : 1,
            elements: [paragraph(text(line.text))],
          })),
          paragraph(bold('\nRunbook  '), linkOrText(page.runbook)),
          paragraph(bold('Look closer')),
          { type: 'rich_text_preformatted', elements: [text(page.command)] },
        ],
      },
    ],
  };
}

/** A runbook in the repository has a path, which is no link. */
function linkOrText(url: string): object {
  return /^https?:\/\//.test(url) ? { type: 'link', url } : { type: 'text', text: url };
}

/** Slack's three control characters (Slack API, "Formatting text"); without them there is no mention and no link. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
