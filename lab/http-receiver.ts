import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpReceiver {
  readonly url: string;
  /** Bodies of all requests that were answered with 200, in order. */
  readonly bodies: readonly string[];
  /** From now on the status of every answer. */
  answer(status: number): void;
  forget(): void;
  close(): Promise<void>;
}

/** Takes POST requests on the loopback, as a receiver of webhooks does. */
export async function startHttpReceiver(): Promise<HttpReceiver> {
  const bodies: string[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status === 200) bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(status, { location: '/elsewhere' }).end('<PublishResponse/>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    answer(next) {
      status = next;
    },
    forget() {
      bodies.length = 0;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}
