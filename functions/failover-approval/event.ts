import * as z from 'zod';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';

/** A request to the URL of the function, as Lambda hands it over (payload format 2.0). Names of headers are in lower case. */
const schema = z.object({
  rawQueryString: z.string(),
  headers: z.record(z.string(), z.string()),
  requestContext: z.object({ http: z.object({ method: z.string(), path: z.string(), sourceIp: z.string() }) }),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
});

export interface PageRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty unless the request is one of a form. */
  readonly form: URLSearchParams;
  /** What a browser says of the page that the request is of; null of what is no browser. */
  readonly fetchSite: string | null;
  readonly sourceIp: string;
}

/** Longer ones are not of our forms. */
const LONGEST_BODY = 8_192;

/** @throws InvalidInputError */
export function parsePageRequest(event: unknown): PageRequest {
  const parsed = schema.safeParse(event);
  if (!parsed.success) throw new InvalidInputError('event', parsed.error);
  const { rawQueryString, headers, requestContext, body, isBase64Encoded } = parsed.data;
  const { method, path, sourceIp } = requestContext.http;
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers['content-type'] ?? '');
  const text = isForm && body != null && body.length <= LONGEST_BODY ? body : '';
  return {
    method,
    path,
    query: new URLSearchParams(rawQueryString),
    form: new URLSearchParams(isBase64Encoded ? Buffer.from(text, 'base64').toString('utf8') : text),
    fetchSite: headers['sec-fetch-site'] ?? null,
    sourceIp,
  };
}
