/** A topic partition, by Kafka's own words. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The highest partition number that is believed. Kafka's largest clusters have two hundred thousand partitions in all. */
export const MAX_PARTITION = 2 ** 21 - 1;

/** Kafka's own way of printing a topic partition: `orders-3`. */
export function partitionName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
