import { createHash } from 'node:crypto';
import { Html, html } from '../../shared/domain/markup/html.ts';
import { PAGE_STYLE } from '../../shared/domain/markup/page-style.ts';

const STYLE = `${PAGE_STYLE}
code{overflow-wrap:anywhere;font-family:ui-monospace,monospace}
summary{cursor:pointer;color:var(--line)}
ol,ul{padding-left:1.5rem;margin:.3rem 0}li{margin:.15rem 0}ol>li{margin:.6rem 0}
form{margin:1rem 0;padding:.75rem 1rem 1rem;background:var(--card);border:1px solid var(--edge)}
label{display:block;margin:.75rem 0 0;font-weight:600}
input{display:block;width:100%;max-width:30rem;margin:.25rem 0 0;padding:.5rem;font:inherit;color:var(--text);background:var(--back);border:1px solid var(--none)}
button{margin:1rem 0 0;padding:.6rem 1rem;font:inherit;font-weight:700;color:var(--back);background:var(--text);border:0;cursor:pointer}
.fault{padding:.5rem .75rem;border:2px solid var(--bad)}
`;

/** Nothing is loaded, no script runs, forms go here only, and no other page can show this one in a frame. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Of every answer. The address has the link in it: it is neither kept nor passed on. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
  'strict-transport-security': 'max-age=31536000',
} as const;

/** What Lambda makes an HTTP answer of. */
export interface PageAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function answerWith(statusCode: number, title: string, main: Html): PageAnswer {
  const { text } = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Html(STYLE)}</style></head><body><main>
${main}
</main></body></html>
`;
  return { statusCode, headers: HEADERS, body: text };
}

/** An answer that only says something. */
export function saying(statusCode: number, title: string, ...texts: readonly string[]): PageAnswer {
  return answerWith(
    statusCode,
    title,
    html`<h1>${title}</h1>${texts.map((text) => html`<p class="name">${text}</p>`)}`,
  );
}
