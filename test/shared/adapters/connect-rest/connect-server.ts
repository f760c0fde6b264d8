import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ConnectServer {
  readonly url: string;
  /** `GET /path authorization` of every request, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A server that answers as the listener does, on the loopback. @param tls for HTTPS */
export async function startConnectServer(
  answer: RequestListener,
  tls?: { readonly cert: string; readonly key: string },
): Promise<ConnectServer> {
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push([request.method, request.url, request.headers.authorization ?? '-'].join(' '));
    answer(request, response);
  };
  const server: Server = tls === undefined ? createServer(listener) : createSecureServer({ ...tls }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** What a real Connect 4.3.1 answered; its passwords were replaced by `<in the clear>`. */
export function recorded(name: 'connectors-expand' | 'status-task-failed' | 'status-stopped'): unknown {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'));
}

/** A listener that answers with JSON. */
export function json(body: unknown, status = 200): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
}
