import { type Html, html, verbatim } from '../../shared/text/html.ts';
import type { Incident } from './incident.ts';

const STYLE = verbatim(`
body { margin: 0; background: #fff; color: #202124; font: 14px/1.5 Roboto, Open Sans, Arial, sans-serif; }
article { padding: 16px 20px; border-top: 1px solid #ddd; max-width: 760px; }
h3 { font-size: 19px; font-weight: 400; margin: 0 0 10px; overflow-wrap: anywhere; }
.by { color: #5f6368; font-size: 13px; margin-bottom: 10px; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; } .end { color: #888; }
`);

/** What SNS writes below each mail (SNS Developer Guide), shortened. */
const END =
  '--\nIf you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe: …';

/** Mails of SNS as a client shows plain text: in a proportional font, with its line breaks and leading blanks. */
export function mailsPage(mails: Incident['mails']): Html {
  const shown = mails.map(
    ({ from, subject, message }) => html`<article><h3>${subject}</h3>
      <div class="by"><b>${from}</b> &lt;no-reply@sns.amazonaws.com&gt;<br>to on-call</div>
      <div class="text">${verbatim(message)}</div><div class="text end">${verbatim(END)}</div></article>`,
  );
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Mail</title><style>${STYLE}</style>${shown}</html>`;
}
