import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { LogRecord } from '../../../shared/domain/model/cluster.ts';
import type { ClusterReader } from '../../../shared/ports.ts';
import type { LiveSide } from '../../../shared/survey/connect-side.ts';
import { FlowMemory } from '../../../shared/survey/flow-memory.ts';
import { readCheckpoints, readHeartbeat } from '../../../shared/survey/read-mirror-topics.ts';
import { flowFixture } from '../domain/model/flow-fixture.ts';

const NOW = Date.UTC(2026, 10, 20, 10);
const vectors = JSON.parse(readFileSync('test/vectors/records.json', 'utf8'));
const [checkpoint] = vectors.checkpoint;

/** A cluster whose one topic has these records. */
function side(topic: string, records: readonly Pick<LogRecord, 'timestamp' | 'key' | 'value'>[]): LiveSide {
  const end = BigInt(records.length);
  const reader: Pick<ClusterReader, 'alias' | 'scan' | 'offsets'> = {
    alias: 'B',
    offsets: async () =>
      new Map([[topic, [{ kind: 'read', value: { start: 0n, highWatermark: end, lastStableOffset: end } }]]]),
    scan: async (_, visit) => {
      for (const [i, record] of records.entries()) visit({ offset: BigInt(i), headers: [], ...record });
      return { kind: 'read', value: { start: 0n, end, next: end, bytes: 0 } };
    },
  };
  const metadata = { topic, id: null, internal: false, leaders: [1], replicationFactor: 1 };
  return {
    kind: 'up',
    reader: reader as ClusterReader,
    metadata: { clusterId: null, brokers: [], topics: new Map([[topic, metadata]]) },
  };
}

test.each([2n ** 63n - 1n, -(2n ** 63n), 8_640_000_000_000_001n, -5n])(
  'a checkpoint written at %s has no time, and its position counts',
  async (timestamp) => {
    const record = {
      timestamp,
      key: Buffer.from(checkpoint.keyHex, 'hex'),
      value: Buffer.from(checkpoint.valueHex, 'hex'),
    };
    const read = await readCheckpoints(
      flowFixture(),
      side('A.checkpoints.internal', [record]),
      new FlowMemory().checkpoints,
    );
    expect(read).toMatchObject({ kind: 'read', value: { malformed: 0 } });
    const position = read.kind === 'read' ? read.value.byGroup.get('group-1')?.get('topic-2', 3) : undefined;
    // What is no time would end the report: no calendar has it.
    expect(position).toEqual({ upstream: 4n, downstream: 5n, timestamp: -1n });
  },
);

test('records of another shape are counted beside the good ones', async () => {
  const good = {
    timestamp: 1n,
    key: Buffer.from(checkpoint.keyHex, 'hex'),
    value: Buffer.from(checkpoint.valueHex, 'hex'),
  };
  const bad = [Buffer.alloc(0), Buffer.from('[[['), Buffer.alloc(9, 0xff)].map((key) => ({ ...good, key }));
  const topic = side('A.checkpoints.internal', [...bad, good, ...bad]);
  const read = await readCheckpoints(flowFixture(), topic, new FlowMemory().checkpoints);
  expect(read).toMatchObject({ kind: 'read', value: { malformed: 6 } });
  expect(read.kind === 'read' && [...read.value.byGroup.keys()]).toEqual(['group-1']);
});

function heartbeat(at: bigint): Pick<LogRecord, 'timestamp' | 'key' | 'value'> {
  const value = Buffer.alloc(10);
  value.writeBigInt64BE(at, 2);
  // From whichever cluster, to A.
  return { timestamp: at, key: Buffer.from('\0\u0001X\0\u0001A', 'latin1'), value };
}

test('a heartbeat of tomorrow, or of no day at all, is no sign of life', async () => {
  const real = BigInt(NOW - 90_000);
  const lies = [BigInt(NOW + 86_400_000), 2n ** 63n - 1n, -1n, -(2n ** 63n)];
  const topic = side('A.heartbeats', [heartbeat(real), ...lies.map(heartbeat)]);
  expect(await readHeartbeat(flowFixture(), topic, NOW)).toMatchObject({ kind: 'read', value: { newest: real } });
  expect(await readHeartbeat(flowFixture(), side('A.heartbeats', lies.map(heartbeat)), NOW)).toEqual({
    kind: 'read',
    value: null,
  });
});

test('a clock that is ten minutes ahead is one', async () => {
  const ahead = BigInt(NOW + 600_000);
  const read = await readHeartbeat(flowFixture(), side('A.heartbeats', [heartbeat(ahead)]), NOW);
  expect(read).toMatchObject({ value: { newest: ahead } });
});
