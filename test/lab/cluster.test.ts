import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeBlackHole, openBlackHole } from '../../lab/black-hole.ts';
import type { LabCluster } from '../../lab/cluster.ts';
import { compactPartition } from '../../lab/compaction.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { readPartition } from '../../lab/partition-records.ts';
import { waitUntil } from '../../lab/wait-until.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';

describe('a cluster of three brokers behind proxies', () => {
  let lab: Lab;
  let cluster: LabCluster;
  let writer: RecordWriter;

  beforeAll(async () => {
    lab = await startLab();
    cluster = await lab.startCluster({ alias: 'A', brokers: 3, throughProxy: true });
    writer = new RecordWriter(cluster.admin);
  });
  afterAll(() => lab?.stop());

  test('every written record has a unique id, also 100,000 of them', async () => {
    await cluster.admin.createTopic('many');
    await writer.write('many', 100_000, { partition: 0 });
    const { ids, offsets } = await readPartition(cluster.admin, 'many', 0);
    expect(new Set(ids).size).toBe(100_000);
    expect(ids).not.toContain('');
    expect(offsets.at(-1)).toBe(99_999);
  });

  test('transactions leave markers; read_uncommitted sees aborted records; an open one holds the last stable offset', async () => {
    await cluster.admin.createTopic('tx');
    await writer.writeTransaction('tx', 5, 'commit', { partition: 0 });
    await writer.writeTransaction('tx', 5, 'abort', { partition: 0 });
    const open = writer.openTransaction();
    await open.write('tx', 3, { partition: 0 });
    await open.write('tx', 2, { partition: 0 });
    const [during] = await cluster.admin.listOffsets('tx');
    expect(during).toMatchObject({ lastStableOffset: 12n, highWatermark: 17n });
    await open.end('commit');
    const [after] = await cluster.admin.listOffsets('tx');
    expect(after).toMatchObject({ lastStableOffset: 18n, highWatermark: 18n });
    expect((await readPartition(cluster.admin, 'tx', 0)).ids).toHaveLength(15);
    expect((await readPartition(cluster.admin, 'tx', 0, 'read_committed')).ids).toHaveLength(10);
  });

  test('deleting records moves the start; a recreated topic has another id', async () => {
    const id = await cluster.admin.createTopic('again', { partitions: 2 });
    await writer.write('again', 10, { partition: 1 });
    expect(await cluster.admin.deleteRecords('again', 1, 4n)).toBe(4n);
    expect((await readPartition(cluster.admin, 'again', 1)).start).toBe(4n);
    await cluster.admin.deleteTopics('again');
    expect(await cluster.admin.createTopic('again')).not.toBe(id);
    expect(await cluster.admin.listOffsets('again')).toHaveLength(1);
  });

  test('compaction leaves the last record of each key, at its old offset', async () => {
    await cluster.admin.createTopic('compacted');
    const { lastOffset } = await writer.write('compacted', 300, { partition: 0, keys: 10 });
    await compactPartition(cluster, writer, 'compacted', 0);
    const { offsets } = await readPartition(cluster.admin, 'compacted', 0);
    expect([...offsets].slice(0, 10)).toEqual(Array.from({ length: 10 }, (_, i) => Number(lastOffset) - 9 + i));
  });

  test('a black hole answers nothing: old connections are silent, new ones get no refusal', async () => {
    const [proxy] = cluster.link.proxies;
    const dial = () => connect({ host: proxy?.host ?? '', port: proxy?.port ?? 0 });
    const outcomeOf = (socket: Socket, withinMs: number) =>
      new Promise<string>((resolve) => {
        const timer = setTimeout(() => resolve('silence'), withinMs);
        for (const event of ['connect', 'error', 'close'] as const)
          socket.once(event, () => {
            clearTimeout(timer);
            resolve(event);
          });
      });
    const old = dial();
    expect(await outcomeOf(old, 10_000)).toBe('connect');
    await openBlackHole(cluster.admin, cluster.link);
    const late = dial();
    expect(await outcomeOf(late, 500)).toBe('silence');
    expect(await outcomeOf(old, 100)).toBe('silence');
    await closeBlackHole(cluster.admin, cluster.link);
    const now = dial();
    expect(await outcomeOf(now, 10_000)).toBe('connect');
    for (const socket of [old, late, now]) socket.destroy();
  });

  test('live groups of both protocols have members, and commit what they read', async () => {
    await cluster.admin.createTopic('read');
    await writer.write('read', 50, { partition: 0 });
    for (const protocol of ['classic', 'consumer'] as const) {
      const group = `live-${protocol}`;
      const consumer = await cluster.admin.startConsumer({ group, topics: ['read'], protocol });
      await waitUntil(`${group} to commit`, async () => {
        const [commit] = await cluster.admin.groupOffsets(group);
        return commit?.offset === 50n;
      });
      const type = protocol === 'classic' ? 'Classic' : 'Consumer';
      expect(await cluster.admin.listGroups()).toContainEqual(
        expect.objectContaining({ group, type, state: 'Stable' }),
      );
      expect(await consumer.stop()).toBe(50n);
    }
  });

  test('clients use the proxies, the lab itself does not', async () => {
    const [seed] = cluster.connection.bootstrapServers;
    expect(cluster.link.proxies.map(({ port }) => `127.0.0.1:${port}`)).toContain(seed);
    await cluster.link.cut();
    expect(await cluster.admin.liveBrokers()).toHaveLength(3);
    await cluster.link.heal();
  });

  test('GIVEN a killed broker THEN its partitions move, and it restarts with its data', async () => {
    await cluster.admin.createTopic('moving', { replicationFactor: 3 });
    await writer.write('moving', 100, { partition: 0 });
    const leader = await leaderOf('moving');
    await cluster.kill(leader);
    expect(cluster.isRunning(leader)).toBe(false);
    await cluster.waitUntilRegistered(2);
    await waitUntil('another leader', async () => ![leader, -1].includes(await leaderOf('moving')));
    await writer.write('moving', 100, { partition: 0 });
    await cluster.restart(leader);
    expect((await cluster.admin.liveBrokers()).sort()).toEqual([1, 2, 3]);
    expect((await readPartition(cluster.admin, 'moving', 0)).ids).toHaveLength(200);
  });

  test('GIVEN a paused broker THEN it stays alive, the others fence it, and it resumes', async () => {
    cluster.pause(2);
    await cluster.waitUntilRegistered(2);
    expect(cluster.isRunning(2)).toBe(true);
    cluster.resume(2);
    await cluster.waitUntilRegistered(3);
  });

  async function leaderOf(topic: string): Promise<number> {
    const described = await cluster.admin.describeTopics([topic]);
    return described[topic]?.leaders[0] ?? -1;
  }
});
