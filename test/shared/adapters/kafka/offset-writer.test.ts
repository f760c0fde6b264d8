import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../lab/cluster.ts';
import type { AclSpec } from '../../../../lab/cluster-admin.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import { createOffsetWriter, type OffsetWriterOptions } from '../../../../shared/adapters/kafka/offset-writer.ts';
import { OFFSET_COMMIT } from '../../../../shared/adapters/kafka/wire/offset-commit.ts';
import type { KafkaConnection } from '../../../../shared/config/connection/kafka-connection.ts';
import type { CommittedOffset } from '../../../../shared/domain/model/cluster.ts';
import type { PartitionWrite } from '../../../../shared/domain/model/partition-write.ts';
import type { OffsetWriter } from '../../../../shared/ports.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

const open: OffsetWriter[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((writer) => writer.close()));
});
function openWriter(connection: KafkaConnection, options: OffsetWriterOptions = {}): OffsetWriter {
  const writer = createOffsetWriter(connection, options);
  open.push(writer);
  return writer;
}

const at = (topic: string, partition: number, offset: bigint): CommittedOffset => ({ topic, partition, offset });
const taken = (topic: string, ...partitions: number[]): PartitionWrite[] =>
  partitions.map((partition) => ({ topic, partition, failure: null }));

describe('writing to a real cluster', () => {
  let cluster: LabCluster;
  const committed = async (group: string): Promise<Record<string, bigint>> =>
    Object.fromEntries(
      (await cluster.admin.groupOffsets(group)).map(({ topic, partition, offset }) => [
        `${topic}-${partition}`,
        offset,
      ]),
    );

  beforeAll(async () => {
    cluster = await lab.startCluster({ alias: 'A' });
    await cluster.admin.createTopics({ orders: { partitions: 3 }, payments: { partitions: 2 } });
    await new RecordWriter(cluster.admin).write('orders', 20, { partition: 0 });
  });
  // An idle broker needs CPU time as well.
  afterAll(() => cluster?.stop());

  test('GIVEN nobody ever committed WHEN a group that does not exist is written THEN it comes to be', async () => {
    expect(await cluster.admin.listTopics()).not.toContain('__consumer_offsets');
    const positions = [at('orders', 0, 5n), at('payments', 1, 9_007_199_254_740_993n), at('orders', 2, 0n)];
    expect(await openWriter(cluster.connection).commit('new', positions)).toEqual([
      ...taken('orders', 0),
      ...taken('payments', 1),
      ...taken('orders', 2),
    ]);
    expect(await committed('new')).toEqual({ 'orders-0': 5n, 'payments-1': 9_007_199_254_740_993n, 'orders-2': 0n });
  });

  test.each(
    Array.from({ length: OFFSET_COMMIT.newest - OFFSET_COMMIT.oldest + 1 }, (_, i) => OFFSET_COMMIT.oldest + i),
  )('an empty group is moved back and forth, and its other commits stay, with OffsetCommit v%i', async (version) => {
    const group = `empty-${version}`;
    await cluster.admin.commitOffsets(group, 'orders', { 0: 10n, 1: 11n });
    const writer = openWriter(cluster.connection, { versionLimits: { OffsetCommit: version } });
    expect(await writer.commit(group, [at('orders', 0, 3n)])).toEqual(taken('orders', 0));
    expect(await committed(group)).toEqual({ 'orders-0': 3n, 'orders-1': 11n });
    expect(await writer.commit(group, [at('orders', 0, 12n)])).toEqual(taken('orders', 0));
    expect(await committed(group)).toEqual({ 'orders-0': 12n, 'orders-1': 11n });
  });

  test('a partition that does not exist is a failure beside what was taken', async () => {
    const writer = openWriter(cluster.connection);
    const answers = await writer.commit('partly', [at('orders', 7, 1n), at('orders', 1, 2n), at('nowhere', 0, 3n)]);
    const failure = { error: 'UNKNOWN_TOPIC_OR_PARTITION', live: false, message: expect.stringContaining('orders-7') };
    expect(answers).toMatchObject([
      { topic: 'orders', partition: 7, failure },
      { topic: 'orders', partition: 1, failure: null },
      { topic: 'nowhere', partition: 0, failure: { ...failure, message: expect.stringContaining('nowhere-0') } },
    ]);
    expect(await committed('partly')).toEqual({ 'orders-1': 2n });
  });

  test('an offset below 0, which brokers would store, is never sent', async () => {
    const writer = openWriter(cluster.connection);
    await expect(writer.commit('negative', [at('orders', 0, -1n)])).rejects.toThrow(RangeError);
    expect(await committed('negative')).toEqual({});
  });

  describe.each(['classic', 'consumer'] as const)('a group with a live member of the %s protocol', (protocol) => {
    const group = `live-${protocol}`;

    test.each([OFFSET_COMMIT.newest, 8])(
      'is refused as live, and stays where it is (OffsetCommit v%i)',
      async (version) => {
        const consumer = await cluster.admin.startConsumer({ group, topics: ['orders'], protocol });
        const writer = openWriter(cluster.connection, { versionLimits: { OffsetCommit: version } });
        await waitUntil(
          'the consumer to have read and committed',
          async () => (await committed(group))['orders-0'] === 20n,
        );
        const answers = await writer.commit(group, [at('orders', 0, 1n), at('payments', 0, 1n)]);
        const failure = {
          error: 'UNKNOWN_MEMBER_ID',
          retriable: false,
          live: true,
          message: expect.stringContaining('has members'),
        };
        expect(answers).toMatchObject([{ failure }, { failure }]);
        expect(await writer.delete(group, [{ topic: 'orders', partition: 0 }])).toMatchObject([
          { failure: { error: 'GROUP_SUBSCRIBED_TO_TOPIC', retriable: false, live: true } },
        ]);
        expect((await committed(group))['orders-0']).toBe(20n);
        await consumer.stop();
        expect(await writer.commit(group, [at('orders', 0, 1n)])).toEqual(taken('orders', 0));
        expect((await committed(group))['orders-0']).toBe(1n);
      },
    );
  });

  describe('deleting', () => {
    test('takes away these commits and no others; one that is not there is no failure', async () => {
      await cluster.admin.commitOffsets('stale', 'orders', { 0: 1n, 1: 2n });
      const writer = openWriter(cluster.connection);
      const partitions = [
        { topic: 'orders', partition: 1 },
        { topic: 'payments', partition: 0 },
      ];
      expect(await writer.delete('stale', partitions)).toEqual([...taken('orders', 1), ...taken('payments', 0)]);
      expect(await committed('stale')).toEqual({ 'orders-0': 1n });
    });

    test('of a group that does not exist tells so', async () => {
      const writer = openWriter(cluster.connection);
      expect(await writer.delete('absent', [{ topic: 'orders', partition: 0 }])).toMatchObject([
        { topic: 'orders', partition: 0, failure: { error: 'GROUP_ID_NOT_FOUND', retriable: false, live: false } },
      ]);
    });
  });

  test('nothing to write asks nobody', async () => {
    expect(await openWriter({ ...cluster.connection, bootstrapServers: ['127.0.0.1:1'] }).commit('g', [])).toEqual([]);
  });

  test('a cluster that cannot be reached is told as that, and so is a deadline that has passed', async () => {
    const nobody = openWriter({ ...cluster.connection, bootstrapServers: ['127.0.0.1:1'] });
    await expect(nobody.commit('g', [at('orders', 0, 1n)])).rejects.toMatchObject({ name: 'ClusterUnreachableError' });
    const writer = openWriter(cluster.connection);
    await writer.close();
    await expect(writer.commit('g', [at('orders', 0, 1n)])).resolves.toMatchObject([
      { failure: { error: 'READER_CLOSED', message: expect.stringContaining('nothing was written') } },
    ]);
    expect(await committed('g')).toEqual({});
  });

  test('WHEN a hung broker took a request and gave no answer THEN it may have been taken, and that is said', async () => {
    const writer = openWriter(cluster.connection, { requestTimeoutMs: 4_000 });
    expect(await writer.commit('hung', [at('orders', 0, 1n)])).toEqual(taken('orders', 0));
    cluster.pause(1);
    try {
      expect(await writer.commit('hung', [at('orders', 0, 2n)])).toMatchObject([
        {
          failure: {
            error: 'REQUEST_TIMED_OUT',
            retriable: true,
            live: false,
            message: expect.stringContaining('may have'),
          },
        },
      ]);
    } finally {
      cluster.resume(1);
    }
    // It was: the broker reads on where it stopped.
    await waitUntil('the request to have been taken', async () => (await committed('hung'))['orders-0'] === 2n);
  });

  test('1,000 groups of 100 partitions are written and read back', async () => {
    await cluster.admin.createTopic('wide', { partitions: 100 });
    const groups = Array.from({ length: 1_000 }, (_, i) => `many-${i}`);
    const positionsOf = (i: number): CommittedOffset[] =>
      Array.from({ length: 100 }, (_, partition) => at('wide', partition, BigInt(i * 100 + partition)));
    const began = Date.now();
    const writer = openWriter(cluster.connection);
    const answers = await Promise.all(groups.map((group, i) => writer.commit(group, positionsOf(i))));
    const written = Date.now();
    const reader = createClusterReader(cluster.connection);
    try {
      const commits = await reader.commits(groups);
      const ended = Date.now();
      process.stderr.write(`WRITE groups=1000 partitions=100 write_ms=${written - began} read_ms=${ended - written}\n`);
      expect(answers.flat().every(({ failure }) => failure === null)).toBe(true);
      for (const [i, group] of groups.entries()) {
        const outcome = commits.get(group);
        const read = outcome?.kind === 'read' ? outcome.value.toSorted((a, b) => a.partition - b.partition) : [];
        expect(read).toEqual(positionsOf(i));
      }
    } finally {
      await reader.close();
    }
  });
});

describe('a writer that lacks a permission', () => {
  let cluster: LabCluster;
  const password = randomBytes(8).toString('hex');
  const users = Array.from({ length: 6 }, (_, i) => `writer-${i}`);
  let nextUser = 0;
  type Grant = Pick<AclSpec, 'operation' | 'resourceType' | 'resourceName'>;
  const READ_GROUP: Grant = { operation: 'READ', resourceType: 'GROUP', resourceName: '*' };
  const DELETE_GROUP: Grant = { operation: 'DELETE', resourceType: 'GROUP', resourceName: '*' };
  const READ_ORDERS: Grant = { operation: 'READ', resourceType: 'TOPIC', resourceName: 'orders' };
  const writerWith = async (...grants: Grant[]): Promise<OffsetWriter> => {
    const user = users[nextUser++] ?? '';
    await cluster.admin.createAcls(...grants.map((grant) => ({ ...grant, principal: `User:${user}` })));
    // The cluster's own user may do nothing: only the writer's credentials carry these requests.
    const { clientId, sasl } = access(user);
    return openWriter({ ...access('auditor'), writer: { clientId, sasl } });
  };
  const access = (user: string): KafkaConnection =>
    cluster.connectionFor({ listener: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512', user });

  beforeAll(async () => {
    cluster = await lab.startCluster({
      alias: 'S',
      security: { users: Object.fromEntries([...users, 'auditor'].map((user) => [user, password])) },
      authorizer: true,
    });
    await cluster.admin.createTopics({ orders: { partitions: 2 }, secret: {} });
    await cluster.admin.commitOffsets('team', 'orders', { 0: 4n });
  });
  afterAll(() => cluster?.stop());

  test('Read on the group and on the topics are all that committing takes', async () => {
    const writer = await writerWith(READ_GROUP, READ_ORDERS);
    expect(await writer.commit('team', [at('orders', 1, 3n)])).toEqual(taken('orders', 1));
  });

  test('Delete on the group and Read on the topics are all that deleting takes', async () => {
    await cluster.admin.commitOffsets('rest', 'orders', { 0: 4n, 1: 4n });
    const writer = await writerWith(DELETE_GROUP, READ_ORDERS);
    expect(await writer.delete('rest', [{ topic: 'orders', partition: 1 }])).toEqual(taken('orders', 1));
    expect(await cluster.admin.groupOffsets('rest')).toMatchObject([{ partition: 0, offset: 4n }]);
  });

  test.each([
    { grants: [READ_ORDERS], kind: 'commit', says: { operation: 'Read', resourceType: 'Group', resourceName: 'team' } },
    {
      grants: [READ_ORDERS, READ_GROUP],
      kind: 'delete',
      says: { operation: 'Delete', resourceType: 'Group', resourceName: 'team' },
    },
    {
      grants: [READ_GROUP],
      kind: 'commit',
      says: { operation: 'Read', resourceType: 'Topic', resourceName: 'orders' },
    },
  ] as const)(
    'WHEN $kind lacks $says.operation on $says.resourceType THEN it is named and nothing is written',
    async ({ grants, kind, says }) => {
      const before = await cluster.admin.groupOffsets('team');
      const writer = await writerWith(...grants);
      const position = at('orders', 0, 1n);
      const write = kind === 'commit' ? writer.commit('team', [position]) : writer.delete('team', [position]);
      await expect(write).rejects.toMatchObject({
        name: 'AuthorizationError',
        cluster: 'S',
        missing: [says],
        remedy: expect.stringContaining(`--operation ${says.operation}`),
      });
      expect(await cluster.admin.groupOffsets('team')).toEqual(before);
    },
  );

  test('WHEN one of two topics may not be read THEN the other’s commit is told as taken, beside the failure', async () => {
    const writer = await writerWith(READ_GROUP, READ_ORDERS);
    expect(await writer.commit('half', [at('orders', 0, 6n), at('secret', 0, 6n)])).toMatchObject([
      { topic: 'orders', failure: null },
      { topic: 'secret', failure: { error: 'TOPIC_AUTHORIZATION_FAILED', retriable: false, live: false } },
    ]);
    expect(await cluster.admin.groupOffsets('half')).toMatchObject([{ topic: 'orders', offset: 6n }]);
  });

  test('a wrong password is an AuthenticationError', async () => {
    const wrong = cluster.connectionFor({
      listener: 'SASL_PLAINTEXT',
      mechanism: 'SCRAM-SHA-512',
      user: 'auditor',
      password: 'wrong',
    });
    await expect(openWriter(wrong).commit('team', [at('orders', 0, 1n)])).rejects.toMatchObject({
      name: 'AuthenticationError',
    });
  });
});

describe('a broker is dead, and nobody takes its groups over', () => {
  test('THEN they are waited for once, not one after the other, and the others are written', async () => {
    const config = { 'offsets.topic.replication.factor': '1', 'offsets.topic.num.partitions': '3' };
    const cluster = await lab.startCluster({ alias: 'U', brokers: 3, heapMb: 384, config });
    await cluster.admin.createTopic('orders', { replicationFactor: 3 });
    // Four for each coordinator: each one more of the dead one costs a short wait.
    const groups = Array.from({ length: 12 }, (_, i) => `group-${i}`);
    const before = openWriter(cluster.connection);
    for (const group of groups) expect(await before.commit(group, [at('orders', 0, 1n)])).toEqual(taken('orders', 0));
    await cluster.kill(3);
    await cluster.waitUntilRegistered(2);

    const retryMs = 6_000;
    const writer = openWriter(cluster.connection, { retryMs });
    const answers: PartitionWrite[] = [];
    let waits = 0;
    for (const group of groups) {
      const began = Date.now();
      answers.push(...(await writer.commit(group, [at('orders', 0, 2n)])));
      if (Date.now() - began > retryMs / 2) waits++;
    }
    const failures = answers.flatMap(({ failure }) => failure ?? []);
    expect(failures.length).toBeGreaterThan(2);
    expect(failures.length).toBeLessThan(groups.length);
    for (const failure of failures) {
      expect(failure).toMatchObject({ error: 'COORDINATOR_NOT_AVAILABLE', retriable: true, live: false });
    }
    expect(waits).toBe(1);
  });
});
