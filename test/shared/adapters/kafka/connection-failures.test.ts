import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../lab/cluster.ts';
import { freePorts } from '../../../../lab/free-port.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { type ClusterReaderOptions, createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import type { ClusterReader } from '../../../../shared/ports.ts';

describe('when the network or a broker fails', () => {
  let lab: Lab;
  let cluster: LabCluster;
  const open: ClusterReader[] = [];
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const openReader = (options: ClusterReaderOptions = {}, seeds?: readonly string[]): ClusterReader => {
    const connection = cluster.connection;
    const opened = createClusterReader(
      { ...connection, bootstrapServers: seeds ?? connection.bootstrapServers },
      options,
    );
    open.push(opened);
    return opened;
  };
  /** A server that is no Kafka: it does to each connection what the test says. */
  const listen = async (accept: (socket: Socket) => void): Promise<string> => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      accept(socket);
    });
    servers.push(server);
    const [port = 0] = await freePorts(1);
    await new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
    return `127.0.0.1:${port}`;
  };
  const deadPort = async (): Promise<string> => `127.0.0.1:${(await freePorts(1))[0]}`;

  beforeAll(async () => {
    lab = await startLab();
    cluster = await lab.startCluster({ alias: 'A', throughProxy: true });
    const writer = new RecordWriter(cluster.admin);
    await cluster.admin.createTopics({ orders: { partitions: 2 }, large: {} });
    await writer.write('orders', 5, { partition: 0 });
    await writer.write('large', 200, { valueBytes: 20_000 });
    await cluster.admin.commitOffsets('billing', 'orders', { 0: 2n });
  });
  afterAll(() => lab?.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((opened) => opened.close()));
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    await cluster.link.heal();
  });

  test('seeds are tried in turn: two that refuse and one that says nothing do not keep the fourth from being found', async () => {
    const silent = await listen(() => undefined);
    const seeds = [await deadPort(), await deadPort(), silent, ...cluster.connection.bootstrapServers];
    const reader = openReader({ requestTimeoutMs: 20_000 }, seeds);
    const { topics } = await reader.metadata();
    expect(topics.has('orders')).toBe(true);
  });

  test('the seed that a broker calls its address is that broker: no second connection', async () => {
    const before = cluster.link.proxies.reduce((sum, proxy) => sum + proxy.accepted, 0);
    const reader = openReader();
    await reader.metadata();
    await reader.offsets(['orders']);
    await reader.groups();
    expect(cluster.link.proxies.reduce((sum, proxy) => sum + proxy.accepted, 0) - before).toBe(1);
    expect([...reader.requestsSent().keys()]).toEqual([1]);
  });

  const unreachable = [
    { code: 'CONNECTION_REFUSED', says: /nothing listens/, seed: () => deadPort() },
    { code: 'UNKNOWN_HOST', says: /host name cannot be resolved/, seed: async () => 'no-such-host.invalid:9092' },
    { code: 'REQUEST_TIMED_OUT', says: /no answer/, seed: () => listen(() => undefined) },
    { code: 'CONNECTION_CLOSED', says: /connection broke/, seed: () => listen((socket) => socket.end()) },
    { code: 'CONNECTION_CLOSED', says: /connection broke/, seed: () => listen((socket) => socket.resetAndDestroy()) },
    {
      code: 'MALFORMED_RESPONSE',
      says: /sent an invalid answer/,
      seed: () => listen((socket) => socket.on('data', () => socket.write('\0\0\0\u0005\0\0\0\0\u0007'))),
    },
    {
      code: 'MALFORMED_RESPONSE',
      says: /sent an invalid answer/,
      seed: () => listen((socket) => socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    },
  ];

  test.each(unreachable)('$code is told within seconds, with a remedy ($says)', async ({ code, says, seed }) => {
    const began = Date.now();
    const reader = openReader({ requestTimeoutMs: 1_000 }, [await seed()]);
    const error = await failureOf(reader.metadata());
    expect(error).toMatchObject({
      name: 'ClusterUnreachableError',
      code,
      cluster: 'A',
      message: expect.stringMatching(says),
    });
    expect(error).toHaveProperty('remedy', expect.any(String));
    expect(Date.now() - began).toBeLessThan(10_000);
  });

  test('of several seeds the most telling failure is reported, and none is left out', async () => {
    const [dead, silent] = [await deadPort(), await listen(() => undefined)];
    const error = await failureOf(openReader({ requestTimeoutMs: 800 }, [dead, silent]).metadata());
    expect(error).toMatchObject({ code: 'REQUEST_TIMED_OUT' });
    expect(String(error)).toContain(dead);
    expect(String(error)).toContain(silent);
  });

  test('a connection that was reset between two reads is opened again', async () => {
    const reader = openReader();
    await reader.metadata();
    cluster.link.reset();
    expect((await reader.offsets(['orders'])).get('orders')).toMatchObject([{ kind: 'read' }, { kind: 'read' }]);
    cluster.link.reset();
    expect((await reader.groups()).groups.map(({ group }) => group)).toEqual(['billing']);
  });

  test('a link that is cut half way through every answer makes reads fail with a reason, and never hang', async () => {
    const reader = openReader({ requestTimeoutMs: 5_000 });
    await reader.metadata();
    cluster.link.cutAfter(60);
    const offsets = (await reader.offsets(['orders'])).get('orders');
    expect(offsets).toMatchObject([
      { kind: 'unread', unread: { error: 'BROKER_UNREACHABLE', retriable: true } },
      { kind: 'unread', unread: { error: 'BROKER_UNREACHABLE' } },
    ]);
    const scan = await reader.scan(
      { topic: 'large', partition: 0, from: 0n, isolation: 'read_committed' },
      () => undefined,
    );
    expect(scan).toMatchObject({ kind: 'unread', unread: { error: 'BROKER_UNREACHABLE', what: 'records of large-0' } });
    const error = await failureOf(openReader({ requestTimeoutMs: 1_500 }).metadata());
    expect(error).toMatchObject({ name: 'ClusterUnreachableError', code: 'CONNECTION_CLOSED' });
  });

  test('a scan that is cut goes on where it was, and visits no record twice', async () => {
    const reader = openReader();
    await reader.metadata();
    const seen: bigint[] = [];
    let resets = 0;
    const scan = await reader.scan(
      { topic: 'large', partition: 0, from: 0n, isolation: 'read_committed' },
      ({ offset }) => {
        seen.push(offset);
        if (resets++ === 0) cluster.link.reset();
      },
    );
    expect(scan).toMatchObject({ kind: 'read', value: { next: 200n } });
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => BigInt(i)));
  });

  test('a slow link is no dead one: an answer that keeps coming in may take longer than a silent broker may', async () => {
    const reader = openReader({ requestTimeoutMs: 3_000 });
    await reader.metadata();
    // Four megabytes: twice the time that a silent broker is given.
    cluster.link.throttle(600_000);
    let records = 0;
    const request = { topic: 'large', partition: 0, from: 0n, isolation: 'read_committed' } as const;
    const scan = await reader.scan(request, () => {
      records++;
    });
    expect(scan.kind).toBe('read');
    expect(records).toBe(200);
  });

  test('a broker that hangs after the metadata takes its parts with it, once, and nothing waits for it again', async () => {
    const requestTimeoutMs = 4_000;
    const reader = openReader({ requestTimeoutMs });
    await reader.metadata();
    cluster.pause(1);
    try {
      expect((await reader.offsets(['orders'])).get('orders')?.[0]).toMatchObject({
        unread: { error: 'REQUEST_TIMED_OUT', message: expect.stringContaining('broker 1'), retriable: true },
      });
      const began = Date.now();
      const { groups, unread } = await reader.groups();
      expect(groups).toEqual([]);
      expect(unread).toMatchObject([{ unread: { what: 'groups of broker 1', error: 'REQUEST_TIMED_OUT' } }]);
      const peeks = [{ topic: 'orders', partition: 0, offset: 0n, until: 5n, isolation: 'read_committed' as const }];
      expect(await reader.peek(peeks)).toMatchObject([{ unread: { error: 'REQUEST_TIMED_OUT' } }]);
      expect(Date.now() - began).toBeLessThan(requestTimeoutMs);
    } finally {
      cluster.resume(1);
    }
  });

  test('the deadline ends everything that hangs, and close does not wait either', async () => {
    cluster.link.hang();
    const began = Date.now();
    const reader = openReader({ deadlineMs: 700, requestTimeoutMs: 60_000, connectTimeoutMs: 60_000 });
    expect(await failureOf(reader.metadata())).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const hung = openReader({ requestTimeoutMs: 60_000 });
    const pending = failureOf(hung.metadata());
    await hung.close();
    expect(await pending).toMatchObject({ name: 'ClusterUnreachableError', code: 'READER_CLOSED' });
    expect(Date.now() - began).toBeLessThan(30_000);
  });

  test('a deadline in the middle leaves what was read, and makes the rest unread with that reason', async () => {
    const control = new AbortController();
    const reader = openReader({ signal: control.signal, requestTimeoutMs: 60_000 });
    await reader.metadata();
    cluster.link.hang();
    const pending = Promise.all([reader.offsets(['orders']), reader.commits(['billing'])]);
    control.abort();
    const [offsets, commits] = await pending;
    expect(offsets.get('orders')?.[1]).toMatchObject({ unread: { error: 'DEADLINE_EXCEEDED', retriable: true } });
    expect(commits.get('billing')).toMatchObject({ unread: { error: 'DEADLINE_EXCEEDED' } });
  });

  test('an idle connection costs no CPU time: kafkajs’s endless timer is off', async () => {
    const reader = openReader();
    await reader.metadata();
    await reader.scan({ topic: 'orders', partition: 0, from: 0n, isolation: 'read_committed' }, () => undefined);
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    let quiet = 0;
    // jest's own timer, this wait's and nothing of the two connections: the watchdogs are not kept alive.
    const isQuiet = () => {
      quiet = timers() <= 2 ? quiet + 1 : 0;
      return quiet === 20;
    };
    await waitUntil('no timer but two, twenty times in a row', isQuiet, { intervalMs: 5 });
  });
});

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
