import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../lab/cluster.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import { createOffsetWriter } from '../../../../shared/adapters/kafka/offset-writer.ts';
import type { CommittedOffset } from '../../../../shared/domain/model/cluster.ts';
import type { PartitionWrite } from '../../../../shared/domain/model/partition-write.ts';
import type { ClusterReader } from '../../../../shared/ports.ts';

const PARTITIONS = 12;
const REQUEST_TIMEOUT_MS = 8_000;

describe('one of three brokers dies', () => {
  let lab: Lab;
  let cluster: LabCluster;
  const open: { close(): Promise<void> }[] = [];
  const openReader = (): ClusterReader => {
    const reader = createClusterReader(cluster.connection);
    open.push(reader);
    return reader;
  };
  const at = (partition: number, offset: bigint): CommittedOffset => ({ topic: 'written', partition, offset });
  const groups = Array.from({ length: 12 }, (_, i) => `group-${i}`);

  beforeAll(async () => {
    lab = await startLab();
    cluster = await lab.startCluster({ alias: 'A', brokers: 3, heapMb: 384 });
    await cluster.admin.createTopics({
      single: { partitions: PARTITIONS, replicationFactor: 1 },
      triple: { partitions: PARTITIONS, replicationFactor: 3 },
    });
    const writer = new RecordWriter(cluster.admin);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      await writer.write('single', 3, { partition });
      await writer.write('triple', 3, { partition });
    }
    for (const group of groups) await cluster.admin.commitOffsets(group, 'triple', { 0: 1n });
  });
  afterAll(() => lab?.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  test('leaders and coordinators on three brokers are each asked for their own', async () => {
    const reader = openReader();
    const metadata = await reader.metadata();
    const offsets = await reader.offsets(['single', 'triple']);
    for (const topic of ['single', 'triple']) {
      expect(new Set(metadata.topics.get(topic)?.leaders).size).toBe(3);
      expect(offsets.get(topic)).toMatchObject(
        Array.from({ length: PARTITIONS }, () => ({
          kind: 'read',
          value: { start: 0n, highWatermark: 3n, lastStableOffset: 3n },
        })),
      );
    }
    const listed = await reader.groups();
    expect(listed.groups.map(({ group }) => group).sort()).toEqual([...groups].sort());
    // Without having listed them first, so that the coordinators have to be found.
    const commits = await openReader().commits(groups);
    for (const group of groups) expect(commits.get(group)).toMatchObject({ kind: 'read', value: [{ offset: 1n }] });
    expect([...reader.requestsSent().keys()].sort()).toEqual([1, 2, 3]);
  });

  test('a partition that moved to another broker since the metadata was read is found there', async () => {
    const reader = openReader();
    const before = (await reader.metadata()).topics.get('single')?.leaders[0] ?? 1;
    const other = (before % 3) + 1;
    await cluster.admin.reassign('single', 0, [other]);
    await waitUntil('the partition to have moved', async () => {
      const { single } = await cluster.admin.describeTopics(['single']);
      return single?.leaders[0] === other;
    });
    expect((await reader.offsets(['single'])).get('single')?.[0]).toMatchObject({
      kind: 'read',
      value: { highWatermark: 3n },
    });
    const peeks = [{ topic: 'single', partition: 0, offset: 1n, until: 2n, isolation: 'read_committed' as const }];
    expect(await reader.peek(peeks)).toMatchObject([{ kind: 'read', value: { record: { offset: 1n } } }]);
  });

  test('hung, and the first seed at that, it costs one timeout and its own parts', async () => {
    const [seed = 1] = cluster.nodeIds;
    cluster.pause(seed);
    try {
      const reader = createClusterReader(cluster.connection, { requestTimeoutMs: REQUEST_TIMEOUT_MS });
      open.push(reader);
      let waits = 0;
      const timed = async <T>(reading: Promise<T>): Promise<T> => {
        const began = Date.now();
        const read = await reading;
        if (Date.now() - began > 0.9 * REQUEST_TIMEOUT_MS) waits++;
        return read;
      };
      const { topics } = await timed(reader.metadata());
      const offsets = (await timed(reader.offsets(['single']))).get('single') ?? [];
      const { groups: listed } = await timed(reader.groups());
      await timed(reader.commits(groups));
      expect(waits).toBe(1);
      const led = (topics.get('single')?.leaders ?? []).map((leader, partition) => ({ leader, partition }));
      for (const { leader, partition } of led) {
        if (leader === seed) expect(offsets[partition]).toMatchObject({ kind: 'unread', unread: { retriable: true } });
        // On a busy machine the controller that takes over may fence another broker for a moment.
        else if (offsets[partition]?.kind !== 'read') {
          expect(offsets[partition]).toMatchObject({ unread: { error: 'LEADER_NOT_AVAILABLE' } });
        }
      }
      expect(led.some(({ partition }) => offsets[partition]?.kind === 'read')).toBe(true);
      expect(listed.length).toBeGreaterThan(0);
    } finally {
      cluster.resume(seed);
    }
    await cluster.waitUntilRegistered(3);
  });

  test('killed between two reads it takes only its own parts with it, and those come back with it', async () => {
    const reader = openReader();
    const { topics } = await reader.metadata();
    await reader.groups();
    const lost = (topics.get('single')?.leaders ?? []).flatMap((leader, partition) =>
      leader === 3 ? [partition] : [],
    );
    expect(lost.length).toBeGreaterThan(0);
    await cluster.kill(3);
    const began = Date.now();
    const offsets = (await reader.offsets(['single'])).get('single') ?? [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      if (offsets[partition]?.kind === 'read') expect(lost).not.toContain(partition);
      // On a busy machine the controller may fence another broker for a moment.
      else if (!lost.includes(partition)) {
        expect(offsets[partition]).toMatchObject({ unread: { error: 'LEADER_NOT_AVAILABLE' } });
      } else {
        expect(offsets[partition]).toMatchObject({
          kind: 'unread',
          unread: { what: `offsets of single-${partition}`, retriable: true, cluster: 'A' },
        });
        const outcome = offsets[partition];
        const error = outcome?.kind === 'unread' ? outcome.unread.error : '';
        expect(['BROKER_UNREACHABLE', 'LEADER_NOT_AVAILABLE']).toContain(error);
      }
    }
    expect(offsets.some((outcome) => outcome.kind === 'read')).toBe(true);
    const listed = await reader.groups();
    expect(listed.unread).toMatchObject([{ unread: { what: 'groups of broker 3', error: 'BROKER_UNREACHABLE' } }]);
    const [partition = 0] = lost;
    const request = { topic: 'single', partition, from: 0n, isolation: 'read_committed' as const };
    expect((await reader.scan(request, () => undefined)).kind).toBe('unread');
    // A reader that waits for it does so for a minute.
    expect(Date.now() - began).toBeLessThan(45_000);

    // Once the others took over, everything with a replica left is read again.
    await cluster.waitUntilRegistered(2);
    await waitUntil('the other brokers to lead and coordinate', async () => {
      const later = openReader();
      const triple = (await later.offsets(['triple'])).get('triple') ?? [];
      const commits = await later.commits(groups);
      return triple.every(({ kind }) => kind === 'read') && [...commits.values()].every(({ kind }) => kind === 'read');
    });

    await cluster.restart(3);
    await waitUntil('the lost partitions to be back', async () => {
      const back = (await openReader().offsets(['single'])).get('single') ?? [];
      return back.every(({ kind }) => kind === 'read');
    });
  });

  test('killed while groups are written: every group ends where it was put, and none is told as written that is not', async () => {
    await cluster.admin.createTopic('written', { partitions: 10, replicationFactor: 3 });
    const groups = Array.from({ length: 60 }, (_, i) => `written-${i}`);
    const writer = createOffsetWriter(cluster.connection);
    open.push(writer);
    const positions = (round: bigint): CommittedOffset[] =>
      Array.from({ length: 10 }, (_, partition) => at(partition, round));
    await Promise.all(groups.map((group) => writer.commit(group, positions(1n))));

    let killed: Promise<unknown> | undefined;
    const unclear = new Map<string, readonly PartitionWrite[]>();
    const fine = new Set<string>();
    let round = 1n;
    // Round after round, until the broker is dead and its groups have found another coordinator.
    for (let after = 0; after < 2; round++) {
      fine.clear();
      unclear.clear();
      const writes = groups.map(async (group) => {
        const answers = await writer.commit(group, positions(round + 1n));
        if (answers.every(({ failure }) => failure === null)) fine.add(group);
        else unclear.set(group, answers);
      });
      if (killed === undefined) killed = cluster.kill(3);
      else after++;
      await Promise.all(writes);
      for (const answers of unclear.values()) {
        for (const { failure } of answers) expect(failure).toMatchObject({ retriable: true, live: false });
      }
      const found = await Promise.all([...fine].map((group) => cluster.admin.groupOffsets(group)));
      for (const offsets of found) {
        expect(offsets.map(({ offset }) => offset)).toEqual(positions(round + 1n).map(({ offset }) => offset));
      }
    }
    await killed;
    expect(fine.size).toBe(groups.length);
  });
});
