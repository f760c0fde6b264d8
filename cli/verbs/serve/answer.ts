import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { json } from '../../../shared/text/json.ts';

/** What a route answers. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  /** In parts if it may be large. */
  readonly body: string | Iterable<string>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nothing is stored, framed, guessed at or sent elsewhere; a page adds its own `Content-Security-Policy`. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

const PART = 65_536;

export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${json(value)}\n` };
}

/** An error as every path but the pages has it. */
export function errorAnswer(status: number, code: string, message: string): Answer {
  return jsonAnswer(status, { error: code, message });
}

/** Sends it, waiting where the reader is slow. A reader that goes away is no error. */
export async function send(response: ServerResponse, { status, type, body, headers = {} }: Answer): Promise<void> {
  const text = typeof body === 'string' ? { 'Content-Length': Buffer.byteLength(body) } : {};
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, ...text, ...headers });
  if (typeof body === 'string') {
    response.end(body);
    return;
  }
  const gone = once(response, 'close');
  let pending = '';
  for (const part of body) {
    pending += part;
    if (pending.length < PART) continue;
    if (!response.write(pending)) await Promise.race([once(response, 'drain'), gone]);
    if (response.closed) return;
    pending = '';
  }
  response.end(pending);
}
