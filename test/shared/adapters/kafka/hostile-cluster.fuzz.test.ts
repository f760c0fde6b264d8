import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import { createOffsetWriter } from '../../../../shared/adapters/kafka/offset-writer.ts';
import { decodeResponse } from '../../../../shared/adapters/kafka/wire/api.ts';
import { METADATA } from '../../../../shared/adapters/kafka/wire/metadata.ts';
import {
  AuthenticationError,
  AuthorizationError,
  ClusterUnreachableError,
} from '../../../../shared/domain/model/errors.ts';
import { generator, mutated } from '../../../mutated.ts';
import { apiVersions, FakeBroker } from './fake-broker.ts';

const ROUNDS = 6;
const AT_ONCE = 25;
const API_VERSIONS = 18;

interface Vector {
  readonly api: string;
  readonly version: number;
  readonly base64: string;
}

const VECTORS: readonly Vector[] = JSON.parse(
  readFileSync(new URL('../../../vectors/wire.json', import.meta.url), 'utf8'),
);
const KEYS: Readonly<Record<string, number>> = {
  Fetch: 1,
  ListOffsets: 2,
  Metadata: 3,
  OffsetCommit: 8,
  OffsetFetch: 9,
  FindCoordinator: 10,
  DescribeGroups: 15,
  ListGroups: 16,
  DescribeConfigs: 32,
  OffsetDelete: 47,
  DescribeCluster: 60,
  ConsumerGroupDescribe: 69,
};

/** A cluster of one broker that answers as a real one did, and now and then with something changed. */
let broker: FakeBroker;
let lies = 0;
let tellTheTruth = true;
const random = generator(2026);
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  const newest = new Map(VECTORS.map((vector) => [KEYS[vector.api] ?? 0, vector]));
  const versions = Object.fromEntries([...newest].map(([key, { version }]) => [key, version]));
  broker = await new FakeBroker(({ apiKey }) => {
    const vector = newest.get(apiKey);
    let answer = apiKey === API_VERSIONS ? apiVersions(versions) : Buffer.from(vector?.base64 ?? '', 'base64');
    if (vector?.api === 'Metadata') answer = onThisPort(answer, vector.version);
    if (tellTheTruth || random(4) > 0) return answer;
    lies++;
    return mutated(answer, random);
  }).listen();
});
afterAll(async () => {
  process.off('unhandledRejection', note);
  process.off('uncaughtException', note);
  await broker.close();
});

/** The recorded broker had another port. */
function onThisPort(answer: Buffer, version: number): Buffer {
  const port = Buffer.alloc(4);
  port.writeInt32BE(decodeResponse(METADATA, answer, version).answer.brokers[0]?.port ?? 0);
  const moved = Buffer.from(answer);
  moved.writeInt32BE(broker.port, moved.indexOf(port));
  return moved;
}

const connection = () => ({ alias: 'A', bootstrapServers: [broker.address], clientId: 'tidemark' });
const patience = { requestTimeoutMs: 300, connectTimeoutMs: 300, deadlineMs: 1_500 };

/** Everything that a reader and a writer can be asked; the names of the errors that they threw. */
async function askEverything(): Promise<string[]> {
  const reader = createClusterReader(connection(), patience);
  const writer = createOffsetWriter(connection(), { ...patience, retryMs: 100 });
  const thrown: string[] = [];
  const attempt = async (what: string, ask: () => Promise<unknown>): Promise<void> => {
    try {
      await ask();
    } catch (error) {
      const known =
        error instanceof ClusterUnreachableError ||
        error instanceof AuthenticationError ||
        error instanceof AuthorizationError;
      if (!known) throw new Error(`${what} threw what it must not`, { cause: error });
      thrown.push(error.code);
    }
  };
  const place = { topic: 'orders', partition: 0 };
  await attempt('metadata', () => reader.metadata());
  await Promise.all([
    attempt('offsets', () => reader.offsets(['orders', 'zstd', 'absent'])),
    attempt('firstRecords', () => reader.firstRecords(['orders'])),
    attempt('groups', () => reader.groups()),
    attempt('commits', () => reader.commits(['billing', 'classic', 'absent'])),
    attempt('topicConfigs', () => reader.topicConfigs(['orders'])),
    attempt('requirePermissions', () =>
      reader.requirePermissions([{ operation: 'Read', resourceType: 'Topic', resourceName: 'orders' }]),
    ),
    ...['orders', 'gzip', 'snappy', 'lz4', 'zstd'].map((topic) =>
      attempt('scan', () =>
        reader.scan({ topic, partition: 0, from: 0n, isolation: 'read_committed' }, () => undefined),
      ),
    ),
    attempt('peek', () => reader.peek([{ ...place, offset: 1n, until: 9n, isolation: 'read_uncommitted' }])),
    attempt('commit', () => writer.commit('billing', [{ topic: 'orders', partition: 1, offset: 1n }])),
    attempt('delete', () => writer.delete('billing', [{ topic: 'orders', partition: 1 }])),
  ]);
  await Promise.all([reader.close(), writer.close()]);
  return thrown;
}

test('a cluster that tells the truth is read whole: the fake is as good as the real one', async () => {
  const reader = createClusterReader(connection(), patience);
  const { topics } = await reader.metadata();
  expect([...topics.keys()]).toEqual(expect.arrayContaining(['orders', 'gzip', 'snappy', 'lz4', 'zstd']));
  let records = 0;
  const scan = await reader.scan({ topic: 'zstd', partition: 0, from: 0n, isolation: 'read_committed' }, () => {
    records++;
  });
  expect([scan.kind, records]).toEqual(['read', 20]);
  await reader.close();
});

test('a cluster that lies in every fourth answer: reads end in time, by name, and nothing else of the process', async () => {
  tellTheTruth = false;
  const codes = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const began = Date.now();
    const thrown = await Promise.all(Array.from({ length: AT_ONCE }, askEverything));
    for (const code of thrown.flat()) codes.set(code, (codes.get(code) ?? 0) + 1);
    expect(Date.now() - began).toBeLessThan(20_000);
  }
  tellTheTruth = true;
  expect(lies).toBeGreaterThan(ROUNDS * AT_ONCE);
  expect(codes.get('MALFORMED_RESPONSE')).toBeGreaterThan(5);
  expect(unhandled).toEqual([]);
});
