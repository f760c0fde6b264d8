import type { IncomingMessage } from 'node:http';

const MOST_BYTES = 4_096;

/** The fields of a small form that a browser sent; null if it is none, or too large. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return null;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes > MOST_BYTES) return null;
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}
