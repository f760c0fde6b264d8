import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../lab/cluster.ts';
import type { LabConnect } from '../../../../lab/connect.ts';
import { configureMirror } from '../../../../lab/connect-mirror.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntilMirrored } from '../../../../lab/mirroring.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { createConnectMirrorControl } from '../../../../shared/adapters/connect-rest/connect-mirror-control.ts';

const FLOW = { source: 'A', target: 'B' };

let lab: Lab;
let source: LabCluster;
let target: LabCluster;
let connect: LabConnect;

beforeAll(async () => {
  lab = await startLab();
  [source, target] = await Promise.all([lab.startCluster({ alias: 'A' }), lab.startCluster({ alias: 'B' })]);
  connect = await lab.startConnect({ bootstrapServers: target.bootstrapServers });
  await source.admin.createTopics({ orders: { partitions: 2 } });
  await configureMirror(connect, source, target);
});
afterAll(() => lab?.stop());

test('stops MM2 at its exact end, says where that is, and resumes there', async () => {
  const writer = new RecordWriter(source.admin);
  for (const partition of [0, 1]) await writer.write('orders', 100 + partition, { partition });
  await waitUntilMirrored({ source, target, topic: 'orders' });
  const control = createConnectMirrorControl({ url: connect.url }, FLOW);
  expect(await control.isInEffect()).toBe(false);
  await control.apply();
  await control.apply();
  const stopped = async () => (await control.isInEffect()) === true;
  await waitUntil('the connectors to stop', stopped, { explain: () => connect.tail() });
  const byPartition = new Map(
    (await control.ends())?.filter(({ topic }) => topic === 'orders').map((one) => [one.partition, one.lastMirrored]),
  );
  expect([byPartition.get(0), byPartition.get(1)]).toEqual([99n, 100n]);

  await writer.write('orders', 10, { partition: 0 });
  const [log] = await target.admin.listOffsets('A.orders');
  expect(log?.highWatermark).toBe(100n);
  await control.putBack?.();
  await waitUntilMirrored({ source, target, topic: 'orders' });
  // Nothing twice: the log has as many records as the source.
  expect((await target.admin.listOffsets('A.orders'))[0]?.highWatermark).toBe(110n);
  expect(await control.isInEffect()).toBe(false);
});

test('names Connect and what it was asked for if that has no such connector, or does not answer', async () => {
  const other = createConnectMirrorControl({ url: connect.url }, { source: 'B', target: 'A' });
  await expect(other.apply()).rejects.toMatchObject({ code: 'CONNECTOR_NOT_FOUND' });
  await connect.kill();
  const control = createConnectMirrorControl({ url: connect.url }, FLOW);
  await expect(control.apply()).rejects.toMatchObject({ code: 'CONNECT_UNREACHABLE', retriable: true });
});
