import * as z from 'zod';
import { type Html, html, verbatim } from '../../shared/text/html.ts';

const style = z.strictObject({ bold: z.literal(true) }).optional();
const inline = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1).max(3_000), style }),
  z.strictObject({ type: z.literal('link'), url: z.url() }),
]);
const section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(inline) });
const part = z.discriminatedUnion('type', [
  section,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.literal('bullet'),
    indent: z.int().min(0).max(8),
    elements: z.array(section),
  }),
  z.strictObject({ type: z.literal('rich_text_preformatted'), elements: z.array(inline) }),
]);

/** The blocks of Slack's Block Kit that pages have. Whatever else one had would be missing in its picture, and is refused. */
const messageSchema = z.strictObject({
  /** mrkdwn: shown in the notification, and where blocks cannot be shown. */
  text: z.string(),
  blocks: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('header'),
        text: z.strictObject({ type: z.literal('plain_text'), emoji: z.literal(false), text: z.string().max(150) }),
      }),
      z.strictObject({ type: z.literal('rich_text'), elements: z.array(part) }),
    ]),
  ),
});
type Block = z.infer<typeof messageSchema>['blocks'][number];
type Part = z.infer<typeof part>;
type Inline = z.infer<typeof inline>;

/** Sizes and colours of Slack's client on a desktop. */
const STYLE = verbatim(`
body { margin: 0; background: #fff; color: #1d1c1d; font: 15px/1.46668 Lato, Open Sans, Arial, sans-serif; }
.notification { margin: 12px 20px 4px; padding: 8px 12px; border-radius: 8px; background: #f0f0f0; font-size: 13px; }
article { display: flex; gap: 8px; padding: 8px 20px; border-top: 1px solid #eee; }
.icon { flex: none; width: 36px; height: 36px; border-radius: 4px; background: #1264a3; color: #fff; text-align: center; line-height: 36px; font-weight: 900; }
.by b { font-weight: 900; } .app { font-size: 10px; background: #e8e8e8; padding: 0 3px; border-radius: 2px; color: #616061; }
.message { min-width: 0; max-width: 600px; }
h3 { font-size: 18px; line-height: 1.33; font-weight: 900; margin: 8px 0 4px; overflow-wrap: anywhere; }
.section { white-space: pre-wrap; overflow-wrap: anywhere; }
ul { margin: 0; padding-left: 28px; } .level1 { list-style: circle; }
pre { margin: 4px 0; padding: 8px; border: 1px solid #ddd; border-radius: 4px; background: #f8f8f8; font: 12px/1.5 Monaco, Menlo, DejaVu Sans Mono, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
a { color: #1264a3; } .dot { display: inline-block; width: 16px; height: 16px; border-radius: 8px; vertical-align: -2px; }
`);
/** Slack shows pictures of its own for these. */
const DOTS: Readonly<Record<string, string>> = { '🔴': '#dd2e44', '🟢': '#78b159', '🟠': '#f4900c' };

/**
 * Messages as Slack's client shows them, each with its notification.
 * @param bodies as incoming webhooks take them
 */
export function slackPage(bodies: readonly unknown[]): Html {
  const messages = bodies
    .map((body) => messageSchema.parse(body))
    .map(
      ({
        text,
        blocks,
      }) => html`<div class="notification"><b>Slack</b> · #on-call<br>Tidemark: ${verbatim(shownOfMrkdwn(text))}</div>
      <article><div class="icon">T</div><div class="message"><div class="by"><b>Tidemark</b> <span class="app">APP</span></div>
      ${blocks.map(shownBlock)}</div></article>`,
    );
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Slack</title><style>${STYLE}</style>${messages}</html>`;
}

function shownBlock(block: Block): Html {
  switch (block.type) {
    case 'header':
      return html`<h3>${withDots(block.text.text)}</h3>`;
    case 'rich_text':
      return html`${block.elements.map(shownPart)}`;
  }
}

function shownPart(of: Part): Html {
  switch (of.type) {
    case 'rich_text_section':
      return html`<div class="section">${of.elements.map(shownInline)}</div>`;
    case 'rich_text_preformatted':
      return html`<pre>${of.elements.map(shownInline)}</pre>`;
    case 'rich_text_list': {
      const items = of.elements.map(({ elements }) => html`<li class="section">${elements.map(shownInline)}</li>`);
      return html`<ul style="margin-left: ${28 * of.indent}px" class="level${of.indent}">${items}</ul>`;
    }
  }
}

function shownInline(element: Inline): Html {
  if (element.type === 'link') return html`<a href="${element.url}">${element.url}</a>`;
  const text = verbatim(element.text);
  return element.style?.bold === true ? html`<b>${text}</b>` : text;
}

function withDots(text: string): Html {
  return html`${[...text].map((one) => {
    const color = DOTS[one];
    return color === undefined ? verbatim(one) : html`<span class="dot" style="background:${color}"></span>`;
  })}`;
}

/** A text without markup: a mention or a link would begin with `<`. */
function shownOfMrkdwn(text: string): string {
  if (/[<>]/.test(text)) throw new Error(`the text of a message has markup: ${text}`);
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
