import { clipped } from './finding-event.ts';

/** Slack refuses longer texts (Block Kit reference: header 150 characters, text 3,000). */
const LONGEST_TITLE = 150;
const LONGEST_TEXT = 2_900;

/*
 * Elements of a message in which no name can format it, mention people or make a link: `plain_text` and `rich_text` have no
 * markup.
 */

export function slackHeader(title: string): object {
  return { type: 'header', text: { type: 'plain_text', emoji: false, text: clipped(title, LONGEST_TITLE) } };
}

export function slackParagraph(...elements: readonly object[]): object {
  return { type: 'rich_text_section', elements };
}

export function slackText(value: string, style?: object): object {
  return { type: 'text', text: clipped(value, LONGEST_TEXT), ...(style !== undefined && { style }) };
}

export function slackBold(value: string): object {
  return slackText(value, { bold: true });
}

export function slackBullet(value: string, indent = 0): object {
  return { type: 'rich_text_list', style: 'bullet', indent, elements: [slackParagraph(slackText(value))] };
}

export function slackCommand(value: string): object {
  return { type: 'rich_text_preformatted', elements: [slackText(value)] };
}

/** The fallback text is mrkdwn: without its three control characters there is no mention and no link (Slack API, "Formatting text"). */
export function slackFallback(text: string): string {
  return clipped(text, LONGEST_TEXT).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
