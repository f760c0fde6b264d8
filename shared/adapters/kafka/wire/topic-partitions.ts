import type { TopicPartition } from '../../../domain/model/topic-partition.ts';

/** Partitions by topic, nested as in requests. Topics are in the order of their first partition. */
export function byTopic<T extends TopicPartition>(partitions: readonly T[]): (readonly [string, readonly T[]])[] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)];
}
