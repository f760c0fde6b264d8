import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LabProxy } from '../../lab/proxy.ts';

/** Tests each fault with a plain echo server, from the client's side. */
describe('a proxy', () => {
  let server: Server;
  let proxy: LabProxy;
  const clients: Socket[] = [];

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await LabProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function dial(): Promise<Socket> {
    const socket = connect({ host: proxy.host, port: proxy.port });
    clients.push(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return socket;
  }

  /** Sends `bytes`; returns how many came back, after how long, and how the connection ended. */
  function echo(socket: Socket, bytes: number, giveUpMs = 10_000): Promise<{ got: number; ms: number; end: string }> {
    return new Promise((resolve) => {
      const begin = performance.now();
      let got = 0;
      const done = (end: string): void => {
        clearTimeout(timer);
        socket.removeAllListeners('data');
        resolve({ got, ms: performance.now() - begin, end });
      };
      const timer = setTimeout(() => done('silence'), giveUpMs);
      socket.on('error', (error) => done('code' in error ? String(error.code) : error.message));
      socket.on('data', (chunk: Buffer) => {
        got += chunk.length;
        if (got >= bytes) done('complete');
      });
      socket.write(Buffer.alloc(bytes));
    });
  }

  test('forwards everything in both directions, even megabytes', async () => {
    expect(await echo(await dial(), 5_000_000)).toMatchObject({ got: 5_000_000, end: 'complete' });
    expect(proxy.accepted).toBe(1);
  });

  test('delays each direction', async () => {
    proxy.delay(50);
    const { ms, end } = await echo(await dial(), 100);
    expect(end).toBe('complete');
    expect(ms).toBeGreaterThanOrEqual(99);
  });

  test('limits the bytes per second', async () => {
    proxy.throttle(100_000);
    const { ms, end } = await echo(await dial(), 30_000);
    expect(end).toBe('complete');
    expect(ms).toBeGreaterThanOrEqual(295);
  });

  test('accepts but never answers while it hangs, and continues when healed', async () => {
    proxy.hang();
    const socket = await dial();
    expect(await echo(socket, 10, 300)).toMatchObject({ got: 0, end: 'silence' });
    await proxy.heal();
    expect(await echo(socket, 10)).toMatchObject({ end: 'complete' });
  });

  test('hangs in the middle of an answer, each connection for itself, and goes on when healed', async () => {
    proxy.hangAfter(100_000);
    const sockets = [await dial(), await dial()];
    for (const socket of sockets) {
      const { got, end } = await echo(socket, 1_000_000, 2_000);
      expect(end).toBe('silence');
      expect(got).toBeGreaterThanOrEqual(100_000);
      expect(got).toBeLessThan(1_000_000);
    }
    await proxy.heal();
    for (const socket of sockets) expect(await echo(socket, 100)).toMatchObject({ end: 'complete' });
  });

  test('resets a connection in the middle of an answer', async () => {
    const socket = await dial();
    await echo(socket, 100);
    proxy.cutAfter(1_000);
    const { got, end } = await echo(socket, 50_000);
    expect(end).toBe('ECONNRESET');
    expect(got).toBeLessThanOrEqual(1_000);
  });

  test('resets and refuses while it is cut, and works again when healed', async () => {
    const socket = await dial();
    const reset = new Promise((resolve) => socket.once('error', resolve));
    await proxy.cut();
    await expect(reset).resolves.toMatchObject({ code: 'ECONNRESET' });
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.heal();
    expect(await echo(await dial(), 10)).toMatchObject({ end: 'complete' });
  });
});
