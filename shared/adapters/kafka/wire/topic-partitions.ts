import type { TopicPartition } from '../../../domain/model/topic-partition.ts';

/** Partitions by topic, as requests nest them; topics in the order in which they first come. */
export function byTopic<T extends TopicPartition>(partitions: readonly T[]): (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)];
}
