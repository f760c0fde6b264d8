import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ClusterReaderOptions, createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import { MAX_BATCH_BYTES } from '../../../../shared/adapters/kafka/records/decompressed.ts';
import { RequestWriter } from '../../../../shared/adapters/kafka/wire/request-writer.ts';
import { Secret } from '../../../../shared/config/connection/secret.ts';
import type { LogRecord } from '../../../../shared/domain/model/cluster.ts';
import type { ClusterReader } from '../../../../shared/ports.ts';
import { afterVersions, apiVersions, type Behaviour, FakeBroker, framed, int32 } from './fake-broker.ts';
import { batchBytes } from './records/batch-bytes.ts';

const FETCH = 1;
const LIST_OFFSETS = 2;
const METADATA = 3;
const LIST_GROUPS = 16;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
/** Old versions, whose answers are easy to write by hand. */
const VERSIONS = { [FETCH]: 4, [LIST_OFFSETS]: 2, [METADATA]: 4, [LIST_GROUPS]: 1, 15: 1 };

const brokers: FakeBroker[] = [];
const readers: ClusterReader[] = [];
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
  await Promise.all(brokers.splice(0).map((broker) => broker.close()));
});

async function listen(behaviour: Behaviour): Promise<FakeBroker> {
  const broker = await new FakeBroker(behaviour).listen();
  brokers.push(broker);
  return broker;
}

function readerOf(seeds: readonly FakeBroker[], options: ClusterReaderOptions = {}): ClusterReader {
  const bootstrapServers = seeds.map(({ address }) => address);
  const reader = createClusterReader(
    { alias: 'A', bootstrapServers, clientId: 'tidemark' },
    { requestTimeoutMs: 2_000, deadlineMs: 20_000, ...options },
  );
  readers.push(reader);
  return reader;
}

interface Topic {
  readonly name: string;
  /** Partition and leader. */
  readonly partitions: readonly (readonly [number, number])[];
}

/** Metadata v4. */
function metadata(nodes: readonly FakeBroker[], topics: readonly Topic[], port?: number): Buffer {
  const writer = new RequestWriter(false).int32(0);
  writer.array(nodes, (node) =>
    writer
      .int32(nodes.indexOf(node) + 1)
      .string('127.0.0.1')
      .int32(port ?? node.port)
      .nullString(),
  );
  writer.string('cluster').int32(1);
  writer.array(topics, ({ name, partitions }) => {
    writer.int16(0).string(name).boolean(false);
    writer.array(partitions, ([partition, leader]) =>
      writer.int16(0).int32(partition).int32(leader).arrayLength(1).int32(1).arrayLength(1).int32(1),
    );
  });
  return writer.bytes;
}

/** ListOffsets v2 of one topic. */
function offsets(topic: string, listed: readonly (readonly [partition: number, offset: bigint])[]): Buffer {
  const writer = new RequestWriter(false).int32(0).arrayLength(1).string(topic);
  writer.array(listed, ([partition, offset]) => writer.int32(partition).int16(0).int64(-1n).int64(offset));
  return writer.bytes;
}

/** Fetch v4 of one partition. */
function fetched(topic: string, partition: number, records: Buffer, end = 3n): Buffer {
  const writer = new RequestWriter(false).int32(0).arrayLength(1).string(topic).arrayLength(1);
  writer.int32(partition).int16(0).int64(end).int64(end).arrayLength(0).int32(records.length);
  return Buffer.concat([writer.bytes, records]);
}

const orders = (...partitions: (readonly [number, number])[]): Topic[] => [{ name: 'orders', partitions }];
const GOOD = batchBytes({ baseOffset: 0n, deltas: [0, 1, 2] });

describe('frames that lie, over a real socket', () => {
  const lies: readonly (readonly [string, (correlationId: number) => Buffer])[] = [
    ['−2', () => int32(-2)],
    ['0', () => int32(0)],
    ['2³¹ − 1', () => Buffer.concat([int32(0x7fffffff), Buffer.alloc(1_000_000)])],
    ['another correlation id', (id) => framed(id + 1, Buffer.alloc(10))],
    ['text', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an answer twice', (id) => Buffer.concat([framed(id, Buffer.alloc(3)), framed(id, Buffer.alloc(3))])],
  ];

  test.each(lies)(
    '%s to the first request of all: the cluster is unreachable, with a code, at once',
    async (_, lie) => {
      const broker = await listen(({ correlationId }, socket) => {
        socket.write(lie(correlationId));
        return null;
      });
      const began = Date.now();
      await expect(readerOf([broker]).metadata()).rejects.toMatchObject({
        name: 'ClusterUnreachableError',
        code: 'MALFORMED_RESPONSE',
        remedy: expect.any(String),
      });
      expect(Date.now() - began).toBeLessThan(10_000);
    },
  );

  test.each(lies)('%s to the request for metadata', async (_, lie) => {
    const broker = await listen(
      afterVersions(VERSIONS, ({ correlationId }, socket) => {
        socket.write(lie(correlationId));
        return null;
      }),
    );
    await expect(readerOf([broker]).metadata()).rejects.toMatchObject({ code: 'MALFORMED_RESPONSE' });
  });

  test.each(lies)('%s of one broker: its partitions cannot be read, those of another can', async (_, lie) => {
    const hostile = await listen(
      afterVersions(VERSIONS, ({ correlationId, apiKey }, socket) => {
        if (apiKey === METADATA) return metadata(brokers, orders([0, 1], [1, 2]));
        socket.write(lie(correlationId));
        return null;
      }),
    );
    const honest = await listen(
      afterVersions(VERSIONS, ({ apiKey }) =>
        apiKey === METADATA ? metadata(brokers, orders([0, 1], [1, 2])) : offsets('orders', [[1, 7n]]),
      ),
    );
    const reader = readerOf([hostile, honest]);
    expect((await reader.offsets(['orders'])).get('orders')).toMatchObject([
      { kind: 'unread', unread: { error: 'MALFORMED_RESPONSE', cluster: 'A' } },
      { kind: 'read', value: { start: 7n, highWatermark: 7n } },
    ]);
  });

  test.each(lies)('%s on the connection for records', async (_, lie) => {
    const broker = await listen(
      afterVersions(VERSIONS, ({ correlationId, apiKey }, socket) => {
        if (apiKey === METADATA) return metadata(brokers, orders([0, 1]));
        socket.write(lie(correlationId));
        return null;
      }),
    );
    const scan = await readerOf([broker]).scan(
      { topic: 'orders', partition: 0, from: 0n, isolation: 'read_uncommitted' },
      () => undefined,
    );
    expect(scan).toMatchObject({
      kind: 'unread',
      unread: { error: 'MALFORMED_RESPONSE', what: 'records of orders-0' },
    });
  });

  test('an endless answer is not read to its end', async () => {
    let sent = 0;
    const broker = await listen(
      afterVersions(VERSIONS, (_, socket) => {
        socket.write(int32(0x7fffffff));
        const pour = (): void => {
          while (!socket.destroyed && socket.write(Buffer.alloc(1_000_000))) sent += 1_000_000;
        };
        socket.on('drain', pour);
        pour();
        return null;
      }),
    );
    await expect(readerOf([broker]).metadata()).rejects.toMatchObject({ code: 'MALFORMED_RESPONSE' });
    expect(sent).toBeLessThan(64_000_000);
  });

  test('an answer that comes in drops is given up long before the deadline', async () => {
    const broker = await listen(
      afterVersions(VERSIONS, ({ correlationId }, socket) => {
        socket.write(framed(correlationId, Buffer.alloc(10_000)).subarray(0, 20));
        const drop = setInterval(() => (socket.destroyed ? clearInterval(drop) : socket.write('\0')), 50);
        return null;
      }),
    );
    const began = Date.now();
    const reader = readerOf([broker], { requestTimeoutMs: 500, deadlineMs: 60_000 });
    await expect(reader.metadata()).rejects.toMatchObject({
      code: 'REQUEST_TIMED_OUT',
      message: expect.stringContaining('less than 1 kB a second'),
    });
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('more versions than there are requests', async () => {
    const many = Buffer.alloc(6);
    many.writeInt32BE(0x7fffffff, 2);
    for (const answer of [many, Buffer.concat([many, Buffer.alloc(60_000)]), Buffer.alloc(70_000)]) {
      const broker = await listen(() => answer);
      await expect(readerOf([broker]).metadata()).rejects.toMatchObject({ code: 'MALFORMED_RESPONSE' });
    }
  });
});

describe('metadata that lies', () => {
  const lies: readonly (readonly [string, () => Buffer])[] = [
    ['a partition 50,000,000', () => metadata(brokers, orders([50_000_000, 1]))],
    ['a partition 2³¹ − 1', () => metadata(brokers, orders([0, 1], [0x7fffffff, 1]))],
    ['a partition −1', () => metadata(brokers, orders([0, 1], [-1, 1]))],
    ['a partition 1,000 among two', () => metadata(brokers, orders([0, 1], [1_000, 1]))],
    ['a partition twice', () => metadata(brokers, orders([0, 1], [0, 2]))],
    ['a topic twice', () => metadata(brokers, [...orders([0, 1]), ...orders([0, 1])])],
    ['a port 70,000', () => metadata(brokers, orders([0, 1]), 70_000)],
    ['a port −1', () => metadata(brokers, orders([0, 1]), -1)],
    [
      '3,000 brokers',
      () =>
        metadata(
          Array.from({ length: 3_000 }, () => ({ ...brokers[0], port: 1 }) as FakeBroker),
          [],
        ),
    ],
    ['a topic of 2³¹ − 1 partitions', () => Buffer.concat([metadata(brokers, []).subarray(0, -4), int32(0x7fffffff)])],
  ];

  test.each(lies)('%s', async (_, lie) => {
    const broker = await listen(afterVersions(VERSIONS, () => lie()));
    await expect(readerOf([broker]).metadata()).rejects.toMatchObject({ code: 'MALFORMED_RESPONSE' });
  });

  test('is passed over where another broker tells it', async () => {
    const answers = [() => metadata(brokers, orders([-1, 1])), () => metadata(brokers, orders([0, 1]))];
    for (const answer of answers) await listen(afterVersions(VERSIONS, answer));
    const { topics } = await readerOf(brokers).metadata();
    expect([...topics.keys()]).toEqual(['orders']);
  });

  test('a partition that not every broker has heard of is a hole', async () => {
    const broker = await listen(afterVersions(VERSIONS, () => metadata(brokers, orders([0, 1], [2, 1]))));
    const { topics } = await readerOf([broker]).metadata();
    expect(topics.get('orders')?.leaders).toEqual([1, null, 1]);
  });
});

describe('offsets that lie', () => {
  const lies: readonly (readonly [string, readonly (readonly [number, bigint])[]])[] = [
    ['of a partition 50,000,000', [[50_000_000, 1n]]],
    ['of a partition −1', [[-1, 1n]]],
    [
      'of a partition twice',
      [
        [0, 1n],
        [0, 2n],
      ],
    ],
    ['below 0', [[0, -5n]]],
    ['of no partition', []],
  ];

  test.each(lies)('%s: the partition cannot be read', async (_, listed) => {
    const broker = await listen(
      afterVersions(VERSIONS, ({ apiKey }) =>
        apiKey === METADATA ? metadata(brokers, orders([0, 1])) : offsets('orders', listed),
      ),
    );
    expect((await readerOf([broker]).offsets(['orders'])).get('orders')).toMatchObject([
      { kind: 'unread', unread: { error: 'MALFORMED_RESPONSE' } },
    ]);
  });
});

describe('records that lie', () => {
  const withRecords = (lie: Buffer, end = 3n): Behaviour =>
    afterVersions(VERSIONS, ({ apiKey, body }) => {
      if (apiKey === METADATA) return metadata(brokers, orders([0, 1], [1, 1]));
      if (apiKey === LIST_OFFSETS)
        return offsets('orders', [
          [0, 0n],
          [1, 0n],
        ]);
      // One partition a request, as the test reads them one after the other: its number is behind the topic's name.
      const partition = body.readInt32BE(17 + 4 + 8 + 4);
      return fetched('orders', partition, partition === 0 ? lie : GOOD, partition === 0 ? end : 3n);
    });

  const compressed = (codec: number, payload: Buffer): Buffer => {
    const batch = Buffer.concat([GOOD.subarray(0, 61), payload]);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt16BE(codec, 21);
    return batch;
  };

  const lies: readonly (readonly [string, string, () => Buffer])[] = [
    ['a bomb', 'BATCH_TOO_LARGE', () => compressed(1, gzipSync(Buffer.alloc(MAX_BATCH_BYTES + 1)))],
    ['no compression at all', 'CORRUPT_RECORDS', () => compressed(4, Buffer.alloc(100, 7))],
    ['an unknown codec', 'UNSUPPORTED_COMPRESSION', () => compressed(7, Buffer.alloc(100))],
    [
      '2³¹ − 1 records',
      'CORRUPT_RECORDS',
      () => {
        const batch = Buffer.from(GOOD);
        batch.writeInt32BE(0x7fffffff, 57);
        batch.writeInt32BE(0x7ffffffe, 23);
        return batch;
      },
    ],
    [
      'a batch of 2³¹ − 1 bytes',
      'CORRUPT_RECORDS',
      () => {
        const batch = Buffer.from(GOOD);
        batch.writeInt32BE(0x7fffffff, 8);
        return batch;
      },
    ],
    [
      'another part of the log',
      'CORRUPT_RECORDS',
      () => batchBytes({ baseOffset: 0n, deltas: [], lastOffsetDelta: 0 }),
    ],
  ];

  test.each(lies)('%s: that partition cannot be read, the next one can', async (_, code, lie) => {
    const reader = readerOf([await listen(withRecords(lie()))]);
    const read = (partition: number, from: bigint, seen: LogRecord[]) =>
      reader.scan(
        { topic: 'orders', partition, from, isolation: 'read_uncommitted' },
        (record) => void seen.push(record),
      );
    expect(await read(0, 1n, [])).toMatchObject({ kind: 'unread', unread: { error: code } });
    const seen: LogRecord[] = [];
    expect(await read(1, 0n, seen)).toMatchObject({ kind: 'read', value: { next: 3n } });
    expect(seen).toHaveLength(3);
  });

  test.each([-1n, -(2n ** 63n)])('a log that ends at %s', async (end) => {
    const reader = readerOf([await listen(withRecords(GOOD, end))]);
    const scan = await reader.scan(
      { topic: 'orders', partition: 0, from: 0n, isolation: 'read_committed' },
      () => undefined,
    );
    expect(scan).toMatchObject({ kind: 'unread', unread: { error: 'MALFORMED_RESPONSE' } });
  });

  test('a log whose begin runs away from the reader is given up', async () => {
    let begin = 10n;
    const outOfRange = new RequestWriter(false).int32(0).arrayLength(1).string('orders').arrayLength(1);
    outOfRange.int32(0).int16(1).int64(-1n).int64(-1n).arrayLength(0).int32(0);
    const broker = await listen(
      afterVersions(VERSIONS, ({ apiKey }) => {
        if (apiKey === METADATA) return metadata(brokers, orders([0, 1]));
        if (apiKey === FETCH) return Buffer.from(outOfRange.bytes);
        begin += 10n;
        return offsets('orders', [[0, begin]]);
      }),
    );
    const scan = await readerOf([broker]).scan(
      { topic: 'orders', partition: 0, from: 0n, isolation: 'read_uncommitted' },
      () => undefined,
    );
    expect(scan).toMatchObject({ kind: 'unread', unread: { error: 'OFFSET_OUT_OF_RANGE' } });
  });

  test.each([2n ** 63n - 1n, 2n ** 63n, 2n ** 70n])('an offset of %s is asked for without harm', async (offset) => {
    const reader = readerOf([await listen(withRecords(GOOD))]);
    const peeks = [offset, 0n].map((at, partition) => ({
      topic: 'orders',
      partition,
      offset: at,
      until: at + 5n,
      isolation: 'read_uncommitted' as const,
    }));
    const [far, near] = [await reader.peek(peeks.slice(0, 1)), await reader.peek(peeks.slice(1))].flat();
    expect(far).toMatchObject({ kind: expect.stringMatching(/^(read|unread)$/) });
    expect(near).toMatchObject({ kind: 'read', value: { record: { offset: 0n } } });
  });
});

describe('SASL that lies', () => {
  const settings = {
    kind: 'password',
    mechanism: 'SCRAM-SHA-512',
    username: 'audit',
    password: new Secret('x'),
  } as const;
  const login = async (serverFirst: (clientNonce: string) => string): Promise<unknown> => {
    const broker = await listen(({ apiKey, body }) => {
      if (apiKey === SASL_HANDSHAKE) {
        return new RequestWriter(false).int16(0).arrayLength(1).string('SCRAM-SHA-512').bytes;
      }
      if (apiKey !== SASL_AUTHENTICATE)
        return apiVersions({ ...VERSIONS, [SASL_HANDSHAKE]: 1, [SASL_AUTHENTICATE]: 0 });
      const nonce = /r=([^,]*)/.exec(body.toString('latin1'))?.[1] ?? '';
      const answer = Buffer.from(serverFirst(nonce));
      const writer = new RequestWriter(false).int16(0).nullString().int32(answer.length);
      return Buffer.concat([writer.bytes, answer]);
    });
    const reader = createClusterReader(
      { alias: 'A', bootstrapServers: [broker.address], clientId: 'tidemark', sasl: settings },
      { requestTimeoutMs: 2_000, deadlineMs: 10_000 },
    );
    readers.push(reader);
    return reader.metadata().catch((error: unknown) => error);
  };

  test('two billion hashes are not computed', async () => {
    const began = Date.now();
    const error = await login((nonce) => `r=${nonce}x,s=c2FsdA==,i=2000000000`);
    expect(error).toMatchObject({ name: 'AuthenticationError', message: expect.stringContaining('SCRAM iterations') });
    expect(Date.now() - began).toBeLessThan(8_000);
  });

  test('a token endpoint that never stops is not read to its end', async () => {
    let sent = 0;
    const endpoint = createServer((_request, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1_000_000, 32))) sent += 1_000_000;
      };
      response.on('drain', pour);
      pour();
    });
    await new Promise<void>((resolve) => {
      endpoint.listen(0, '127.0.0.1', resolve);
    });
    const address = endpoint.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const broker = await listen(({ apiKey }) =>
      apiKey === SASL_HANDSHAKE
        ? new RequestWriter(false).int16(0).arrayLength(1).string('OAUTHBEARER').bytes
        : apiVersions({ ...VERSIONS, [SASL_HANDSHAKE]: 1, [SASL_AUTHENTICATE]: 0 }),
    );
    const reader = createClusterReader(
      {
        alias: 'A',
        bootstrapServers: [broker.address],
        clientId: 'tidemark',
        sasl: {
          kind: 'client-credentials',
          mechanism: 'OAUTHBEARER',
          tokenEndpoint: `http://127.0.0.1:${port}/token`,
          clientId: 'c',
          clientSecret: new Secret('x'),
        },
      },
      { requestTimeoutMs: 2_000, deadlineMs: 10_000 },
    );
    readers.push(reader);
    await expect(reader.metadata()).rejects.toMatchObject({ name: 'AuthenticationError' });
    expect(sent).toBeLessThan(64_000_000);
    endpoint.closeAllConnections();
    endpoint.close();
  });

  test.each(['', 'nonsense', 'i=4096', 'r=,s=,i='])('%j instead of the first message', async (text) => {
    expect(await login(() => text)).toMatchObject({ name: 'AuthenticationError' });
  });
});
