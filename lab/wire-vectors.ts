import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type Api, commonVersion, encodeRequest } from '../shared/adapters/kafka/wire/api.ts';
import { CONSUMER_GROUP_DESCRIBE } from '../shared/adapters/kafka/wire/consumer-group-describe.ts';
import { DESCRIBE_CLUSTER } from '../shared/adapters/kafka/wire/describe-cluster.ts';
import { DESCRIBE_CONFIGS } from '../shared/adapters/kafka/wire/describe-configs.ts';
import { DESCRIBE_GROUPS } from '../shared/adapters/kafka/wire/describe-groups.ts';
import { FETCH, type FetchRequest } from '../shared/adapters/kafka/wire/fetch.ts';
import { FIND_COORDINATOR } from '../shared/adapters/kafka/wire/find-coordinator.ts';
import { LIST_GROUPS } from '../shared/adapters/kafka/wire/list-groups.ts';
import { LATEST, LIST_OFFSETS } from '../shared/adapters/kafka/wire/list-offsets.ts';
import { METADATA } from '../shared/adapters/kafka/wire/metadata.ts';
import { OFFSET_COMMIT } from '../shared/adapters/kafka/wire/offset-commit.ts';
import { OFFSET_DELETE } from '../shared/adapters/kafka/wire/offset-delete.ts';
import { OFFSET_FETCH } from '../shared/adapters/kafka/wire/offset-fetch.ts';
import type { LabCluster } from './cluster.ts';
import { startLab } from './lab.ts';
import { RecordWriter } from './workload/record-writer.ts';

/**
 * Records a real broker's answers to all of Tidemark's requests, in every version that both support. `node
 * lab/wire-vectors.ts` writes test/vectors/wire.json, which the fuzz tests mutate.
 */
const FILE = new URL('../test/vectors/wire.json', import.meta.url);
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

interface Vector {
  readonly api: string;
  readonly version: number;
  /** The bytes after the correlation id. */
  readonly base64: string;
}

const lab = await startLab();
try {
  const cluster = await lab.startCluster({ alias: 'A' });
  await fill(cluster);
  const vectors = await record(cluster);
  writeFileSync(FILE, `${JSON.stringify(vectors, null, 1)}\n`);
  process.stdout.write(`${vectors.length} answers in ${FILE.pathname}\n`);
} finally {
  await lab.stop();
}

async function fill({ admin }: LabCluster): Promise<void> {
  const writer = new RecordWriter(admin);
  await admin.createTopics({ orders: { partitions: 3 }, ...Object.fromEntries(CODECS.map((codec) => [codec, {}])) });
  for (const codec of CODECS) await writer.write(codec, 20, { settings: { 'compression.type': codec } });
  await writer.writeTransaction('orders', 3, 'abort', { partition: 0 });
  await writer.writeTransaction('orders', 3, 'commit', { partition: 0 });
  for (const group of ['billing', 'o’clock']) await admin.commitOffsets(group, 'orders', { 0: 2n, 1: 0n });
  await admin.startConsumer({ group: 'classic', topics: ['orders'], protocol: 'classic' });
  await admin.startConsumer({ group: 'consumer', topics: ['orders'], protocol: 'consumer' });
}

async function record(cluster: LabCluster): Promise<Vector[]> {
  const socket = connect(Number(cluster.bootstrapServers.split(':').at(-1)), '127.0.0.1');
  const topics = new Map([['orders', [0, 1, 2]]]);
  const fetched: FetchRequest = {
    isolation: 'read_committed',
    maxWaitMs: 100,
    maxBytes: 1_000_000,
    topics: new Map(
      ['orders', ...CODECS].map((topic) => [topic, [{ partition: 0, offset: 0n, maxBytes: 100_000 }]] as const),
    ),
  };
  const groups = ['billing', 'o’clock', 'classic', 'consumer'];
  const commit = { group: 'billing', positions: [{ topic: 'orders', partition: 1, offset: 1n }] };
  const vectors: Vector[] = [];
  const each = async <Request>(api: Api<Request, unknown>, request: (version: number) => Request): Promise<void> => {
    for (let version = api.oldest; version <= api.newest; version++) {
      const answer = await ask(socket, api, request(version), version);
      if (answer !== null) vectors.push({ api: api.name, version, base64: answer.toString('base64') });
    }
  };
  await each(METADATA, () => ({ topics: null, operations: true }));
  await each(LIST_OFFSETS, () => ({ isolation: fetched.isolation, timestamp: LATEST, topics }));
  await each(FETCH, () => fetched);
  await each(LIST_GROUPS, () => null);
  await each(DESCRIBE_GROUPS, () => ({ groups }));
  await each(CONSUMER_GROUP_DESCRIBE, () => ({ groups: ['consumer', 'billing'] }));
  await each(FIND_COORDINATOR, (version) => ({ groups: version < 4 ? ['billing'] : groups }));
  await each(OFFSET_FETCH, (version) => ({ groups: version < 8 ? ['billing'] : groups }));
  await each(DESCRIBE_CONFIGS, () => ({ topics: ['orders', 'absent'] }));
  await each(DESCRIBE_CLUSTER, () => null);
  await each(OFFSET_COMMIT, () => commit);
  await each(OFFSET_DELETE, () => ({ group: 'billing', partitions: commit.positions }));
  socket.destroy();
  return vectors;
}

/** Sends one request on a raw socket; null if the broker does not know the version. */
async function ask<Request>(
  socket: Socket,
  api: Api<Request, unknown>,
  request: Request,
  version: number,
): Promise<Buffer | null> {
  if (!(await supports(socket, api, version))) return null;
  return await send(socket, api.key, version, encodeRequest(api, request, version));
}

async function supports(socket: Socket, api: Api<never, unknown>, version: number): Promise<boolean> {
  const answer = await send(socket, 18, 0, Buffer.alloc(0));
  for (let at = 6; at < answer.length; at += 6) {
    if (answer.readInt16BE(at) !== api.key) continue;
    const offered = { minVersion: answer.readInt16BE(at + 2), maxVersion: answer.readInt16BE(at + 4) };
    return version >= offered.minVersion && commonVersion(api, offered) !== null && version <= offered.maxVersion;
  }
  return false;
}

function send(socket: Socket, apiKey: number, version: number, body: Buffer): Promise<Buffer> {
  const header = Buffer.alloc(16);
  header.writeInt32BE(header.length - 4 + body.length, 0);
  header.writeInt16BE(apiKey, 4);
  header.writeInt16BE(version, 6);
  header.writeInt16BE(2, 12);
  header.write('tm', 14);
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const take = (data: Buffer): void => {
      got = Buffer.concat([got, data]);
      if (got.length < 4 || got.length < 4 + got.readInt32BE(0)) return;
      socket.off('data', take).off('error', reject).off('close', reject);
      resolve(got.subarray(8));
    };
    socket.on('data', take).once('error', reject).once('close', reject);
    socket.write(Buffer.concat([header, body]));
  });
}
