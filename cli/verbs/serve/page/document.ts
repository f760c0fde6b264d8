import { createHash } from 'node:crypto';
import { Html, html } from '../../../../shared/text/html.ts';
import type { Answer } from '../answer.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** Nothing is loaded, and of scripts and styles only these two run. */
const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  'img-src data:',
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface Document {
  readonly title: string;
  readonly header: Html;
  readonly content: Html;
  /** Seconds after which it shows new numbers by itself; null if it does not. */
  readonly every: number | null;
}

/** A whole page as an answer. */
export function documentAnswer(status: number, { title, header, content, every }: Document): Answer {
  const reload = every === null ? null : html`<noscript><meta http-equiv="refresh" content="${every}"></noscript>`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title>
<link rel="icon" href="data:,">${reload}<style>${new Html(STYLE)}</style></head>
<body data-every="${every ?? 0}"><header><h1><a href="/">Tidemark</a></h1>${header}<p id="status" role="status"></p></header>
<main id="content">${content}</main>
<script>${new Html(SCRIPT)}</script></body></html>
`;
  const headers = { 'Content-Security-Policy': POLICY };
  return { status, type: 'text/html; charset=utf-8', body: page.text, headers };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
