/** A topic partition, by Kafka's own words. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Kafka's own way of printing a topic partition: `orders-3`. */
export function partitionName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
