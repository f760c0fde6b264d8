import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ConnectConnection } from '../../config/connection/connect-connection.ts';
import type { TlsSettings } from '../../config/connection/kafka-connection.ts';
import { ConnectFailure } from './connect-failure.ts';

/**
 * Limit for an answer. A connector takes some 4 kB with its configuration and 2 kB for each failed task: this is enough
 * for thousands of them.
 */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * Gets JSON from Connect's REST API. Follows no redirect: the login is for this address only. Uses `node:https`,
 * because `fetch` takes no certificate authorities.
 * @param path with the query, from the URL of the API on
 * @throws ConnectFailure
 */
export async function requestJson(connection: ConnectConnection, path: string, signal: AbortSignal): Promise<unknown> {
  return await exchange(connection, { method: 'GET', path }, signal, async (response) => {
    if (response.statusCode === 200) return parsed(await bytesOf(response));
    response.destroy();
    throw refusal(response.statusCode ?? 0);
  });
}

/** Limit for a page of metrics: some 4 kB for each partition of 10,000. */
const MAX_METRICS_BYTES = 64 * 1024 * 1024;

/**
 * Gets the page of an exporter that stands beside a worker, in Prometheus's text format.
 * @throws ConnectFailure
 */
export async function requestText(connection: ConnectConnection, signal: AbortSignal): Promise<string> {
  const sent = { method: 'GET', path: '', accept: 'text/plain;version=0.0.4' } as const;
  return await exchange(connection, sent, signal, async (response) => {
    if (response.statusCode === 200) return (await bytesOf(response, MAX_METRICS_BYTES)).toString('utf8');
    response.destroy();
    throw refusal(response.statusCode ?? 0);
  });
}

/**
 * Sends a command without a body to Connect's REST API, such as `PUT /connectors/NAME/stop`. Connect answers before it
 * has carried the command out.
 * @throws ConnectFailure
 */
export async function sendCommand(connection: ConnectConnection, path: string, signal: AbortSignal): Promise<void> {
  await exchange(connection, { method: 'PUT', path }, signal, requireAccepted);
}

/**
 * Changes a resource of Connect's REST API, such as `PATCH /connectors/NAME/offsets`. Whether Connect understood what it
 * accepted, only reading it back shows.
 * @throws ConnectFailure
 */
export async function sendChange(
  connection: ConnectConnection,
  path: string,
  change: object,
  signal: AbortSignal,
): Promise<void> {
  await exchange(connection, { method: 'PATCH', path, body: JSON.stringify(change) }, signal, requireAccepted);
}

async function requireAccepted(response: IncomingMessage): Promise<void> {
  response.destroy();
  const { statusCode = 0 } = response;
  if (statusCode !== 200 && statusCode !== 202 && statusCode !== 204) throw refusal(statusCode);
}

interface Sent {
  readonly method: 'GET' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: string;
  readonly accept?: string;
}

async function exchange<T>(
  connection: ConnectConnection,
  sent: Sent,
  signal: AbortSignal,
  use: (response: IncomingMessage) => Promise<T>,
): Promise<T> {
  try {
    return await use(await open(connection, sent, signal));
  } catch (error) {
    if (error instanceof ConnectFailure) throw error;
    if (signal.aborted) throw new ConnectFailure('REQUEST_TIMED_OUT', 'did not answer in time', true);
    throw new ConnectFailure('CONNECT_UNREACHABLE', `gave no answer (${codeOf(error)})`, true);
  }
}

function open(
  { url, login, tls }: ConnectConnection,
  { method, path, body, accept = 'application/json' }: Sent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const target = new URL(`${url}${path}`);
  const headers = {
    accept,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(login === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${login.username}:${login.password.reveal()}`).toString('base64')}` }),
  };
  return new Promise((resolve, reject) => {
    // An agent would keep the connection, and the process with it.
    const options = { method, headers, signal, agent: false };
    const sent =
      target.protocol === 'https:'
        ? requestHttps(target, { ...options, ...tlsOf(tls) }, resolve)
        : requestHttp(target, options, resolve);
    sent.on('error', reject).end(body);
  });
}

function tlsOf(tls: TlsSettings | undefined): object {
  if (tls === undefined) return {};
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
    ...(tls.keyPassphrase === undefined ? {} : { passphrase: tls.keyPassphrase.reveal() }),
    ...(tls.verifyHostname ? {} : { checkServerIdentity: () => undefined }),
  };
}

function refusal(status: number): ConnectFailure {
  if (status === 401 || status === 403) {
    // Retriable: passwords are replaced, and the next audit reads the new one.
    return new ConnectFailure('CONNECT_REFUSED', `refused the login (status ${status})`, true);
  }
  if (status >= 300 && status < 400) {
    return new ConnectFailure('CONNECT_MOVED', `redirects to another address (status ${status})`, false);
  }
  // 409: its workers rebalance.
  const mayPass = status === 409 || status === 429 || status >= 500;
  return new ConnectFailure('CONNECT_FAILED', `answered with status ${status}`, mayPass);
}

async function bytesOf(response: IncomingMessage, limit = MAX_ANSWER_BYTES): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop destroys the connection.
    if (bytes > limit) throw ConnectFailure.malformed(`has more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's own message quotes the text.
    throw ConnectFailure.malformed('is not JSON');
  }
}

/** Such as `ECONNREFUSED`; never the message, which may quote what was sent. */
function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'unknown reason';
}
