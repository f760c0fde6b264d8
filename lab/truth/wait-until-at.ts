import type { LabCluster } from '../cluster.ts';
import { waitUntil } from '../wait-until.ts';

/** Waits until a group's own commit on a cluster is the given one: MM2 follows a group within some seconds. */
export async function waitUntilAt(cluster: LabCluster, group: string, topic: string, offset: bigint): Promise<void> {
  await waitUntil(`${group} to be at ${offset} of ${topic} on ${cluster.alias}`, async () =>
    (await cluster.admin.groupOffsets(group)).some((row) => row.topic === topic && row.offset === offset),
  );
}
