import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LabCluster } from '../../lab/cluster.ts';
import { readTruth } from '../../lab/ground-truth.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { waitUntilGroupSynced, waitUntilMirrored, waitUntilSettled } from '../../lab/mirroring.ts';
import type { LabMm2 } from '../../lab/mm2.ts';
import { mm2Properties } from '../../lab/mm2-properties.ts';
import { RecordWriter } from '../../lab/workload/record-writer.ts';

describe('MirrorMaker 2 between a secured source and a plain target', () => {
  let lab: Lab;
  let source: LabCluster;
  let target: LabCluster;
  let mm2: LabMm2;
  let writer: RecordWriter;
  const route = (topic: string) => ({ source, target, topic, mm2 });

  beforeAll(async () => {
    lab = await startLab();
    [source, target] = await Promise.all([
      lab.startCluster({ alias: 'A', security: { users: { mirror: 'mirror-password' } } }),
      lab.startCluster({ alias: 'B' }),
    ]);
    mm2 = await lab.startMm2({ properties: mm2Properties(source, target) });
    writer = new RecordWriter(source.admin);
  });
  afterAll(() => lab?.stop());

  const truthOf = (topic: string, partition = 0) =>
    readTruth({ source, target, topic, targetTopic: `A.${topic}`, partition });

  test('mirrors every record, writes offset syncs, and commits groups on the target', async () => {
    await source.admin.createTopic('orders', { partitions: 2 });
    await writer.write('orders', 1_000, { partition: 0 });
    await writer.write('orders', 300, { partition: 1 });
    await source.admin.commitOffsets('billing', 'orders', { 0: 1_000n, 1: 300n });
    await waitUntilSettled(route('orders'));
    await waitUntilGroupSynced(route('orders'), 'billing');
    const truth = await truthOf('orders');
    expect(truth.missing()).toBe(0n);
    expect(truth.duplicates).toBe(0n);
    expect(truth.runs()).toEqual([[0n, 0n, 1_000n]]);
    const translated = await target.admin.translateOffsets('A', 'billing');
    expect(translated.map((row) => row.topic)).toEqual(['A.orders', 'A.orders']);
  });

  test('mirrors aborted records by default, but no gaps', async () => {
    await source.admin.createTopic('tx');
    await writer.writeTransaction('tx', 10, 'commit', { partition: 0 });
    await writer.writeTransaction('tx', 10, 'abort', { partition: 0 });
    await writer.writeTransaction('tx', 10, 'commit', { partition: 0 });
    await waitUntilMirrored(route('tx'));
    const truth = await truthOf('tx');
    expect(truth.runs()).toEqual([
      [0n, 0n, 10n],
      [11n, 10n, 10n],
      [22n, 20n, 10n],
    ]);
  });

  test('WHEN stopped THEN records are missing, and after a restart it mirrors them once', async () => {
    await mm2.stop();
    expect(mm2.running).toBe(false);
    await writer.write('orders', 200, { partition: 0 });
    expect((await truthOf('orders')).missing(1_000n)).toBe(200n);
    await mm2.start();
    await waitUntilMirrored(route('orders'));
    const truth = await truthOf('orders');
    expect([truth.missing(), truth.duplicates]).toEqual([0n, 0n]);
  });

  test('WHEN killed THEN it re-mirrors uncommitted records: copies, and no record is missing', async () => {
    await writer.write('orders', 50, { partition: 0 });
    await waitUntilMirrored(route('orders'));
    await mm2.kill();
    const before = await truthOf('orders');
    await writer.write('orders', 50, { partition: 0 });
    await mm2.start();
    await waitUntilMirrored(route('orders'));
    const after = await readTruth({
      source,
      target,
      topic: 'orders',
      targetTopic: 'A.orders',
      partition: 0,
      previous: before,
    });
    expect(after.missing()).toBe(0n);
    expect(BigInt(after.target.ids.length)).toBe(1_300n + after.duplicates);
  });

  test('records deleted while it was stopped are lost, and the earlier truth counts them', async () => {
    await mm2.stop();
    await writer.write('orders', 100, { partition: 1 });
    const before = await truthOf('orders', 1);
    await source.admin.deleteRecords('orders', 1, 340n);
    const after = await readTruth({
      source,
      target,
      topic: 'orders',
      targetTopic: 'A.orders',
      partition: 1,
      previous: before,
    });
    expect(after.deletedUnmirrored).toBe(40n);
    expect(after.missing()).toBe(60n);
  });
});
