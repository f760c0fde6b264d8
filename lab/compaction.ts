import type { LabCluster } from './cluster.ts';
import { readPartition } from './partition-records.ts';
import { waitUntil } from './wait-until.ts';
import type { RecordWriter } from './workload/record-writer.ts';

const ROLL_AGAIN_MS = 10_000;

/**
 * Compacts a partition and waits for the end: of the records before the call only the last one of each key remains.
 * Kafka never compacts the active segment, so this writes one more record with its own key to roll it. The leader may
 * apply the new settings only after that: then the record rolled nothing, and another one follows.
 */
export async function compactPartition(
  cluster: LabCluster,
  writer: RecordWriter,
  topic: string,
  partition: number,
): Promise<void> {
  await cluster.admin.alterTopicConfig(topic, {
    'cleanup.policy': 'compact',
    'segment.ms': '1',
    'min.cleanable.dirty.ratio': '0.0',
    'min.compaction.lag.ms': '0',
  });
  const roll = async () => await writer.write(topic, 1, { partition, keys: [`roll-${crypto.randomUUID()}`] });
  const end = Number((await roll()).lastOffset);
  let rolledAt = Date.now();
  await waitUntil(
    `${topic}-${partition} to be compacted`,
    async () => {
      const { offsets, keys } = await readPartition(cluster.admin, topic, partition);
      const before = keys.filter((_, index) => (offsets[index] ?? end) < end);
      if (new Set(before).size === before.length) return true;
      if (Date.now() - rolledAt > ROLL_AGAIN_MS) {
        await roll();
        rolledAt = Date.now();
      }
      return false;
    },
    { deadlineMs: 60_000, intervalMs: 500, explain: () => cluster.log(1).split('\n').slice(-20).join('\n') },
  );
}

/** Compacts the flow's offset-syncs topic on its source, as a broker does sooner or later. MM2 must be running. */
export async function compactOffsetSyncs(source: LabCluster, targetAlias: string): Promise<void> {
  const topic = `mm2-offset-syncs.${targetAlias}.internal`;
  const records = async (): Promise<number> => (await source.admin.readRaw(topic, 0)).length;
  const before = await records();
  await source.admin.alterTopicConfig(topic, {
    'cleanup.policy': 'compact',
    'segment.ms': '1',
    'min.cleanable.dirty.ratio': '0.0',
    'min.compaction.lag.ms': '0',
  });
  // MM2 also writes syncs for heartbeats: they roll the segment.
  await waitUntil('the syncs to be compacted', async () => (await records()) < before / 2);
}
