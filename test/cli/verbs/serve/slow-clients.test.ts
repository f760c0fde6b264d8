import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Access } from '../../../../cli/verbs/serve/access.ts';
import { LagLog } from '../../../../cli/verbs/serve/lag-log.ts';
import { MetricsText } from '../../../../cli/verbs/serve/metrics-text.ts';
import { ServedAudits } from '../../../../cli/verbs/serve/served-audits.ts';
import { createAuditServer, listen } from '../../../../cli/verbs/serve/server.ts';

/** An answer that no socket takes before somebody reads. */
class LargeText extends MetricsText {
  override async text(): Promise<string> {
    return 'x'.repeat(64 * 1024 * 1024);
  }
}

const SOON_MS = 100;
const NEVER_MS = 3_600_000;
let server: Server;
const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
});

async function serve(patience: { readonly request: number; readonly silence: number }): Promise<number> {
  server = createAuditServer({
    served: {
      audits: new ServedAudits(60_000, 60_000, Date.now()),
      metrics: new LargeText([], 1),
      lag: new LagLog(),
      past: null,
      now: () => Date.now(),
    },
    access: new Access(null),
    failed: () => undefined,
    patience,
  });
  return (await listen(server, { host: '127.0.0.1', port: 0 })).port;
}

async function client(port: number, says: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  clients.push(socket);
  // The server may end the connection with a reset.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(says);
  return socket;
}

describe('connections are not held', () => {
  test('by clients that never finish their requests', async () => {
    const port = await serve({ request: SOON_MS, silence: NEVER_MS });
    const accepted = once(server, 'connection');
    const slow = await client(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    const [answer] = (await once(slow, 'data')) as [Buffer];
    expect(answer.toString()).toContain('408 Request Timeout');
    const [held] = (await accepted) as [Socket];
    if (!held.destroyed) await once(held, 'close');
  });

  test('by clients that do not take their answers', async () => {
    const port = await serve({ request: NEVER_MS, silence: SOON_MS });
    const accepted = once(server, 'connection');
    const slow = await client(port, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    slow.pause();
    const [held] = (await accepted) as [Socket];
    if (!held.destroyed) await once(held, 'close');
    expect(held.destroyed).toBe(true);
  });
});
